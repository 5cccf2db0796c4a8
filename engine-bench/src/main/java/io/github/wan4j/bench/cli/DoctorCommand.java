package io.github.wan4j.bench.cli;

import io.github.wan4j.VideoEngine;
import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.runtime.Diagnosis;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;

/** {@code wan doctor}: what this machine offers, and what is missing. */
@CommandLine.Command(
        name = "doctor",
        description = {
            "Shows Java, the native libraries and where they are, devices and their memory, drivers, and what is missing.",
            "Ends with 1 if no video can be made on this machine."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class DoctorCommand implements Callable<Integer> {
    @CommandLine.Option(names = "--config", description = "Also every setting, its value and where it came from.")
    private boolean config;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() {
        EngineConfig settings = EngineConfig.fromEnvironment();
        Diagnosis machine = Diagnosis.of(settings);
        Trials trials = Trials.of(settings);
        List<Diagnosis.Section> sections = new ArrayList<>();
        Map<String, String> wan4j = new LinkedHashMap<>();
        wan4j.put("version", VideoEngine.version());
        sections.add(new Diagnosis.Section("wan4j", wan4j));
        for (Diagnosis.Section section : machine.sections()) {
            if (!section.title().equals("settings")) {
                sections.add(section);
            }
        }
        sections.add(new Diagnosis.Section("tried", trials.results()));
        if (config) {
            sections.add(new Diagnosis.Section("settings", explained(settings)));
        }
        List<String> problems = new ArrayList<>(machine.problems());
        problems.addAll(trials.problems());
        spec.commandLine().getOut().print(new Diagnosis(sections, problems));
        spec.commandLine().getOut().flush();
        String obstacle = obstacle(machine, trials, settings);
        if (obstacle.isEmpty()) {
            return ExitCode.OK;
        }
        spec.commandLine().getErr().println("wan: no video can be made here: " + obstacle);
        return ExitCode.FAILED;
    }

    private static Map<String, String> explained(EngineConfig settings) {
        Map<String, String> facts = new LinkedHashMap<>();
        settings.explain().forEach(entry -> facts.put(entry.name(), entry.value() + " (" + entry.origin() + ")"));
        return facts;
    }

    /** What makes every run fail; empty if nothing does. */
    private static String obstacle(Diagnosis machine, Trials trials, EngineConfig settings) {
        List<String> titles =
                machine.sections().stream().map(Diagnosis.Section::title).toList();
        if (!titles.contains("natives")) {
            return "libtorch cannot be loaded";
        }
        Map<String, String> devices =
                machine.sections().get(titles.indexOf("devices")).facts();
        for (var device : settings.devices()) {
            if (!devices.containsKey(device.toString())) {
                return "there is no device " + device + ", which the settings ask for";
            }
        }
        return trials.obstacle();
    }
}
