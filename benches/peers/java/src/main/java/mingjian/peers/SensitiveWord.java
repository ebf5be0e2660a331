package mingjian.peers;

import com.github.houbb.sensitive.word.bs.SensitiveWordBs;
import com.github.houbb.sensitive.word.support.allow.WordAllows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.StringJoiner;

/** Measures sensitive-word, all its conversions on: {@code SensitiveWord FOLDER SECONDS WARM_UP START}. */
public final class SensitiveWord {
    private SensitiveWord() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        Stopwatch watch =
                new Stopwatch(
                        Double.parseDouble(arguments[1]),
                        Double.parseDouble(arguments[2]),
                        Double.parseDouble(arguments[3]));
        SensitiveWordBs filter = filter(lines(folder.resolve("words.txt")));
        StringJoiner results = new StringJoiner(", ", "{", "}");
        for (String name : List.of("headlines", "posts")) {
            List<String> texts = lines(folder.resolve(name + ".txt"));
            results.add('"' + name + "\": " + watch.measure(texts, text -> filter.findAll(text).size()));
        }
        System.out.println(results);
    }

    private static SensitiveWordBs filter(List<String> words) {
        return SensitiveWordBs.newInstance()
                .wordDeny(() -> words)
                .wordAllow(WordAllows.empty())
                .ignoreCase(true)
                .ignoreWidth(true)
                .ignoreNumStyle(true)
                .ignoreChineseStyle(true)
                .ignoreEnglishStyle(true)
                .ignoreRepeat(true)
                .init();
    }

    private static List<String> lines(Path path) throws IOException {
        return Files.readAllLines(path);
    }
}
