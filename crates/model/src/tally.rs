//! How often each row of the table occurs in one post.

/// Counts of rows, in order of first occurrence. The memory of the largest post is kept.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    counted: Vec<Counted>,
    /// Places in `counted`, one up, by open addressing; zero is free.
    places: Vec<u32>,
    shift: u32,
}

/// A row and its count.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counted {
    pub(crate) row: u32,
    pub(crate) count: u32,
}

impl Tally {
    /// Forgets all rows and makes room for so many occurrences.
    pub(crate) fn start(&mut self, occurrences: usize) {
        let capacity = (occurrences * 2).next_power_of_two().max(2);
        self.shift = u32::BITS - capacity.trailing_zeros();
        self.counted.clear();
        self.places.clear();
        self.places.resize(capacity, 0);
    }

    /// Counts one occurrence.
    #[inline]
    pub(crate) fn add(&mut self, row: u32) {
        let place = self.place_of(row);
        match self.places[place] {
            0 => {
                self.counted.push(Counted { row, count: 1 });
                self.places[place] = self.counted.len() as u32;
            }
            number => self.counted[number as usize - 1].count += 1,
        }
    }

    /// The rows in order of first occurrence.
    pub(crate) fn counted(&self) -> &[Counted] {
        &self.counted
    }

    /// How often the row has occurred.
    pub(crate) fn count_of(&self, row: u32) -> u32 {
        match self.places[self.place_of(row)] {
            0 => 0,
            number => self.counted[number as usize - 1].count,
        }
    }

    /// Where the row is, or where it belongs.
    #[inline]
    fn place_of(&self, row: u32) -> usize {
        let mask = self.places.len() - 1;
        let mut place = (row.wrapping_mul(0x9e37_79b1) >> self.shift) as usize & mask;
        loop {
            let number = self.places[place] as usize;
            if number == 0 || self.counted[number - 1].row == row {
                return place;
            }
            place = (place + 1) & mask;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_in_order_of_first_occurrence() {
        let mut tally = Tally::default();
        let rows = [5, 1 << 20, 5, 0, 77, 0, 5];
        for _ in 0..2 {
            tally.start(rows.len());
            rows.into_iter().for_each(|row| tally.add(row));
            let counted: Vec<_> =
                tally.counted().iter().map(|counted| (counted.row, counted.count)).collect();
            assert_eq!(counted, [(5, 3), (1 << 20, 1), (0, 2), (77, 1)]);
            assert_eq!((tally.count_of(5), tally.count_of(6)), (3, 0));
        }
    }
}
