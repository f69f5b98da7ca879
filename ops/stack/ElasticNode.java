import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginsLoader;

/** A single Elasticsearch node on loopback: ElasticNode HOME HTTP_PORT TRANSPORT_PORT. */
public class ElasticNode {
  public static void main(String[] args) throws Exception {
    Path home = Path.of(args[0]);
    LogConfigurator.registerErrorListener();
    Settings settings =
        Settings.builder()
            .put("path.home", home)
            .put("cluster.name", "sluice-stack")
            .put("node.name", "stack")
            .put("discovery.type", "single-node")
            .put("network.host", "127.0.0.1")
            .put("http.port", args[1])
            .put("transport.port", args[2])
            // A developer's disk is often over the watermarks; this is not what is tested.
            .put("cluster.routing.allocation.disk.threshold_enabled", false)
            .build();
    var environment =
        InternalSettingsPreparer.prepareEnvironment(
            settings, Map.of(), home.resolve("config"), () -> "stack");
    LogConfigurator.configureWithoutConfig(environment.settings());
    var modules = PluginsLoader.loadModulesBundles(environment.modulesDir());
    var loader = PluginsLoader.createPluginsLoader(modules, Set.of(), Map.of(), false);

    Node node = new Node(environment, loader);
    node.start();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node)));
    new CountDownLatch(1).await();
  }

  private static void close(Node node) {
    try {
      node.close();
    } catch (Exception e) {
      e.printStackTrace();
    }
  }
}
