//! Each stage over the whole feed, beside jieba-rs alone on the same texts: `cargo bench`.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mingjian_benches::{Feed, classifier};
use mingjian_lexicon::Lexicon;
use mingjian_model::{Reader, Scratch};
use mingjian_schema::Post;
use mingjian_text::{Analyser, Document, Normalised, Normaliser, Segmenter};

fn stages(criterion: &mut Criterion) {
    let feed = Feed::read().expect("the feed can be read");
    let classifier = classifier().expect("the bundled model fits the code");
    let texts = feed.texts();
    let mut group = criterion.benchmark_group("feed");
    group.throughput(Throughput::Elements(feed.posts.len() as u64));

    group.bench_function("decode", |bencher| {
        bencher.iter(|| {
            for line in &feed.lines {
                black_box(serde_json::from_str::<Post>(line).ok());
            }
        });
    });

    let normaliser = Normaliser::new();
    let mut normalised = Normalised::default();
    group.bench_function("normalise", |bencher| {
        bencher.iter(|| {
            for text in &texts {
                normaliser.normalise_into(text, black_box(&mut normalised));
            }
        });
    });

    let clean: Vec<Normalised> = texts.iter().map(|text| normaliser.normalise(text)).collect();
    let segmenter = Segmenter::new();
    let mut tokens = Vec::new();
    group.bench_function("segment", |bencher| {
        bencher.iter(|| {
            for text in &clean {
                segmenter.segment(text, black_box(&mut tokens));
            }
        });
    });

    let jieba = jieba_rs::Jieba::new();
    group.bench_function("jieba_rs_alone", |bencher| {
        bencher.iter(|| {
            for text in &texts {
                black_box(jieba.cut(text, false));
            }
        });
    });

    let analyser = Analyser::new();
    let documents: Vec<Document> = texts.iter().map(|text| analyser.analyse(text)).collect();
    let lexicon = Lexicon::bundled().expect("the bundled lexicon is valid");
    let mut hits = Vec::new();
    group.bench_function("lexicon", |bencher| {
        bencher.iter(|| {
            for document in &documents {
                hits.clear();
                lexicon.hits_into(document, black_box(&mut hits));
            }
        });
    });

    let reader = Reader::new(Lexicon::bundled().expect("the bundled lexicon is valid"));
    let readings: Vec<_> = feed.posts.iter().map(|post| reader.read(post)).collect();
    let mut scratch = Scratch::default();
    group.bench_function("features_and_score", |bencher| {
        bencher.iter(|| {
            for reading in &readings {
                black_box(classifier.model().score(reading, &mut scratch));
            }
        });
    });

    group.bench_function("whole", |bencher| {
        bencher.iter(|| {
            for post in &feed.posts {
                black_box(classifier.classify(post));
            }
        });
    });
    group.finish();
}

criterion_group!(benches, stages);
criterion_main!(benches);
