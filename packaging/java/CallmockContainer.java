import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;

/**
 * callmock for tests in Java: a container of Testcontainers, and a world for each test. Copy this
 * file.
 *
 * <pre>{@code
 * @Container
 * static final CallmockContainer callmock = new CallmockContainer("callmock");
 *
 * @Test void aFailureIsSurvived() {
 *   try (var world = callmock.newWorld("a failure is survived")) {
 *     world.fault("{\"vendor\": \"commubo\", \"do\": {\"error\": \"internal_error\"}}");
 *     ...
 *     world.verify("{\"operation\": \"list_calls\"}", "{\"exactly\": 2}");
 *   }
 * }
 * }</pre>
 */
public class CallmockContainer extends GenericContainer<CallmockContainer> {
  public CallmockContainer(String image) {
    super(image);
    withExposedPorts(8080);
    waitingFor(Wait.forHttp("/_mock/ready"));
  }

  /** Names the scenario: a built-in one, or a file in the container. */
  public CallmockContainer withScenario(String scenario) {
    return withEnv("CALLMOCK_SCENARIO", scenario);
  }

  /** The address of the server. */
  public String url() {
    return "http://" + getHost() + ":" + getMappedPort(8080);
  }

  /** Makes a world for a test, which is named after it in reports. */
  public World newWorld(String name) {
    return World.on(url(), name);
  }

  /**
   * A world: calls, a clock, faults and a journal that no other world sees. Its end fails the test if
   * an expectation was not met.
   */
  public static final class World implements AutoCloseable {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    /** The address for a client. The world's credentials lead to this world. */
    public final String url;

    private final String admin;
    private final Map<?, ?> credentials;

    private World(String url, Map<?, ?> made) {
      this.url = url;
      admin = url + "/_mock/worlds/" + made.get("id");
      credentials = (Map<?, ?>) made.get("credentials");
    }

    /** Makes a world at a server, wherever it runs. */
    public static World on(String url, String name) {
      var made = ask("POST", url + "/_mock/worlds", "{\"name\": " + quoted(name) + "}");
      return new World(url, (Map<?, ?>) new Json(made).value());
    }

    /** A credential, such as {@code credential("commubo", "tenant_id")}. */
    public String credential(String vendor, String member) {
      var of = (Map<?, ?>) credentials.get(vendor);
      var value = of == null ? null : of.get(member);
      if (value == null) throw new AssertionError(vendor + " has no credential " + member + "; there are " + credentials);
      return (String) value;
    }

    /** Adds a fault, as JSON. */
    public void fault(String fault) {
      ask("POST", admin + "/faults", fault);
    }

    /** Lets the clock stand at a time, such as 2024-05-14T00:00:00Z. */
    public void setClock(String now) {
      ask("PUT", admin + "/clock", "{\"mode\": \"fixed\", \"now\": " + quoted(now) + "}");
    }

    /** Moves the clock on by a length of time, such as PT5M. */
    public void advance(String by) {
      ask("POST", admin + "/clock/advance", "{\"by\": " + quoted(by) + "}");
    }

    /** Fails, with what came closest, unless as many requests came as expected. */
    public void verify(String match, String count) {
      ask("POST", admin + "/journal/verify", "{\"match\": " + match + ", \"count\": " + count + "}");
    }

    /** Declares refusals that the test causes on purpose, by their ids. */
    public void expectsRefusals(String... ids) {
      var quoted = new ArrayList<String>();
      for (var id : ids) quoted.add(quoted(id));
      ask("POST", admin + "/expect", "{\"refusals\": [" + String.join(", ", quoted) + "]}");
    }

    /** What was wrong or fragile about the requests: severity, id, and what to do instead. */
    public List<String> findings() {
      var found = new ArrayList<String>();
      var all = (Map<?, ?>) new Json(ask("GET", admin + "/findings", null)).value();
      for (var one : (List<?>) all.get("findings")) {
        var finding = (Map<?, ?>) one;
        found.add(finding.get("severity") + " " + finding.get("id") + ": " + finding.get("fix"));
      }
      return found;
    }

    /** Removes the world. */
    @Override
    public void close() {
      var standing = (Map<?, ?>) new Json(ask("GET", admin + "/expect", null)).value();
      ask("DELETE", admin, null);
      var open = (List<?>) standing.get("open");
      if (!open.isEmpty()) throw new AssertionError("expected, and it did not come: " + open);
    }

    private static String ask(String method, String url, String body) {
      var content = body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body);
      var request = HttpRequest.newBuilder(URI.create(url)).method(method, content);
      var token = System.getenv("CALLMOCK_ADMIN_TOKEN");
      if (token != null) request.header("Authorization", "Bearer " + token);
      try {
        var answer = CLIENT.send(request.build(), BodyHandlers.ofString());
        if (answer.statusCode() >= 300) throw new AssertionError(answer.body());
        return answer.body();
      } catch (IOException error) {
        throw new UncheckedIOException("no callmock answers at " + url, error);
      } catch (InterruptedException error) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(error);
      }
    }

    private static String quoted(String text) {
      var quoted = new StringBuilder("\"");
      for (var c : text.toCharArray()) {
        if (c == '"' || c == '\\') quoted.append('\\').append(c);
        else if (c < ' ') quoted.append(String.format("\\u%04x", (int) c));
        else quoted.append(c);
      }
      return quoted.append('"').toString();
    }
  }

  /** Reads the JSON of the admin API: the JDK has no reader of its own. */
  private static final class Json {
    private final String text;
    private int at;

    Json(String text) {
      this.text = text;
    }

    Object value() {
      var c = next();
      if (c == '{') {
        var members = new LinkedHashMap<String, Object>();
        while (!end('}')) {
          var name = (String) value();
          next(); // the colon
          members.put(name, value());
        }
        return members;
      }
      if (c == '[') {
        var items = new ArrayList<>();
        while (!end(']')) items.add(value());
        return items;
      }
      if (c == '"') return string();
      var from = at - 1;
      while (at < text.length() && ",]} \n".indexOf(text.charAt(at)) < 0) at++;
      var word = text.substring(from, at);
      return switch (word) {
        case "null" -> null;
        case "true" -> true;
        case "false" -> false;
        default -> Double.valueOf(word);
      };
    }

    /** The next character that is no white space. */
    private char next() {
      while (Character.isWhitespace(text.charAt(at))) at++;
      return text.charAt(at++);
    }

    /** Whether a list ends here. A comma before the next item is skipped. */
    private boolean end(char bracket) {
      var c = next();
      if (c == bracket) return true;
      if (c != ',') at--;
      return false;
    }

    private String string() {
      var out = new StringBuilder();
      for (var c = text.charAt(at++); c != '"'; c = text.charAt(at++)) {
        if (c != '\\') {
          out.append(c);
          continue;
        }
        c = text.charAt(at++);
        switch (c) {
          case 'n' -> out.append('\n');
          case 't' -> out.append('\t');
          case 'r' -> out.append('\r');
          case 'b' -> out.append('\b');
          case 'f' -> out.append('\f');
          case 'u' -> {
            out.append((char) Integer.parseInt(text.substring(at, at + 4), 16));
            at += 4;
          }
          default -> out.append(c);
        }
      }
      return out.toString();
    }
  }
}
