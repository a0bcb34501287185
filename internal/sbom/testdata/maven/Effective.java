import java.io.File;
import java.nio.file.*;
import java.util.*;
import org.apache.maven.model.*;
import org.apache.maven.model.building.*;
import org.apache.maven.model.resolution.*;

// Prints the dependencies of the projects named, as Maven's own library resolves them. Projects are looked for in the
// folder alone, by their names; what is not there fails, as it would offline.
class Effective {
    public static void main(String[] args) throws Exception {
        Map<String, File> byName = new HashMap<>();
        Path root = Paths.get(args[0]);
        List<Path> poms = new ArrayList<>();
        try (var files = Files.walk(root)) {
            files.filter(p -> p.getFileName().toString().equals("pom.xml")).sorted().forEach(poms::add);
        }
        for (Path p : poms) {
            ModelSource source = new FileModelSource(p.toFile());
            Model raw = new org.apache.maven.model.io.DefaultModelReader().read(source.getInputStream(), Map.of());
            String group = raw.getGroupId() != null ? raw.getGroupId() : raw.getParent().getGroupId();
            byName.put(group + ":" + raw.getArtifactId(), p.toFile());
        }
        for (Path p : poms) {
            String name = root.relativize(p).toString();
            DefaultModelBuildingRequest request = new DefaultModelBuildingRequest();
            request.setPomFile(p.toFile());
            request.setValidationLevel(ModelBuildingRequest.VALIDATION_LEVEL_MINIMAL);
            request.setModelResolver(new Local(byName));
            try {
                Model model = new DefaultModelBuilderFactory().newInstance().build(request).getEffectiveModel();
                for (Dependency d : model.getDependencies()) {
                    System.out.println(name + " " + d.getGroupId() + ":" + d.getArtifactId() + " " + d.getVersion() + " " + d.getScope());
                }
            } catch (ModelBuildingException e) {
                System.out.println(name + " ! " + e.getMessage().split("\n")[0]);
            }
        }
    }

    record Local(Map<String, File> byName) implements ModelResolver {
        public ModelSource resolveModel(String group, String artifact, String version) throws UnresolvableModelException {
            File f = byName.get(group + ":" + artifact);
            if (f == null) throw new UnresolvableModelException("not here", group, artifact, version);
            return new FileModelSource(f);
        }
        public ModelSource resolveModel(Parent p) throws UnresolvableModelException {
            return resolveModel(p.getGroupId(), p.getArtifactId(), p.getVersion());
        }
        public ModelSource resolveModel(Dependency d) throws UnresolvableModelException {
            return resolveModel(d.getGroupId(), d.getArtifactId(), d.getVersion());
        }
        public void addRepository(Repository r) {}
        public void addRepository(Repository r, boolean replace) {}
        public ModelResolver newCopy() { return this; }
    }
}
