// Package callmock starts a server that answers as four contact-centre vendors do, and makes a world
// for each test. Copy this file; it needs the standard library only.
//
//	func TestAFailureIsSurvived(t *testing.T) {
//		world := callmock.NewWorld(t)
//		world.Fault(map[string]any{"vendor": "commubo", "do": map[string]any{"error": "internal_error"}})
//		...
//		world.Verify(map[string]any{"operation": "list_calls"}, map[string]int{"exactly": 2})
//	}
package callmock

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// The server of this test binary. It ends with the process, which holds the other end of its input.
var shared struct {
	once  sync.Once
	url   string
	input io.WriteCloser
	err   error
}

// URL returns the address of the server: that of CALLMOCK_URL, as `callmock exec` sets it, or of one
// that is started when it is first asked for. CALLMOCK_BINARY names the command, CALLMOCK_SCENARIO
// the scenario.
func URL(t testing.TB) string {
	t.Helper()
	shared.once.Do(func() {
		if shared.url = os.Getenv("CALLMOCK_URL"); shared.url == "" {
			shared.err = start()
		}
	})
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.url
}

func start() error {
	binary := os.Getenv("CALLMOCK_BINARY")
	if binary == "" {
		binary = "callmock"
	}
	command := exec.Command(binary, "serve", "--port", "0", "--quiet", "--stop-with-stdin")
	said := &bytes.Buffer{}
	command.Stderr = said
	input, err := command.StdinPipe()
	if err != nil {
		return err
	}
	output, err := command.StdoutPipe()
	if err != nil {
		return err
	}
	if err := command.Start(); err != nil {
		return fmt.Errorf("%w: put callmock on the PATH, or name it in CALLMOCK_BINARY", err)
	}
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "callmock ready ") {
		_ = input.Close()
		_ = command.Process.Kill()
		_ = command.Wait()
		return fmt.Errorf("callmock did not start: %s", strings.TrimSpace(said.String()))
	}
	shared.url, shared.input = strings.TrimSpace(strings.TrimPrefix(line, "callmock ready ")), input
	return nil
}

// World is a world of a test's own: calls, a clock, faults and a journal that no other world sees.
type World struct {
	// URL is the address for a client. The world's credentials lead to this world.
	URL string
	// BaseURL leads to this world without its credentials, too.
	BaseURL string
	// Credentials are the credentials by vendor, each by the names that the vendor's client needs.
	Credentials map[string]map[string]string

	t     testing.TB
	admin string
}

// Finding is what was wrong or fragile about the requests.
type Finding struct {
	ID       string `json:"id"`
	Severity string `json:"severity"`
	Summary  string `json:"summary"`
	Fix      string `json:"fix"`
	Count    int    `json:"count"`
	Expected int    `json:"expected"`
}

// NewWorld makes a world that is named after the test, and removed with it. An expectation that was
// not met fails the test.
func NewWorld(t testing.TB) *World {
	t.Helper()
	url := URL(t)
	var made struct {
		ID          string                       `json:"id"`
		BaseURL     string                       `json:"base_url"`
		Credentials map[string]map[string]string `json:"credentials"`
	}
	name := []rune(t.Name())
	if len(name) > 200 {
		name = name[len(name)-200:]
	}
	ask(t, "POST", url+"/_mock/worlds", map[string]any{"name": string(name)}, &made)
	world := &World{URL: url, BaseURL: made.BaseURL, Credentials: made.Credentials, t: t, admin: url + "/_mock/worlds/" + made.ID}
	t.Cleanup(func() {
		var standing struct {
			Open []struct {
				ID string `json:"id"`
			} `json:"open"`
		}
		ask(t, "GET", world.admin+"/expect", nil, &standing)
		for _, one := range standing.Open {
			t.Errorf("expected, and it did not come: %s", one.ID)
		}
		ask(t, "DELETE", world.admin, nil, nil)
	})
	return world
}

// Fault adds a fault: vendor, and do, when, times, operation.
func (w *World) Fault(fault map[string]any) {
	w.t.Helper()
	ask(w.t, "POST", w.admin+"/faults", fault, nil)
}

// SetClock lets the clock stand at a time.
func (w *World) SetClock(now time.Time) {
	w.t.Helper()
	ask(w.t, "PUT", w.admin+"/clock", map[string]any{"mode": "fixed", "now": now.Format(time.RFC3339Nano)}, nil)
}

// Advance moves the clock on.
func (w *World) Advance(by time.Duration) {
	w.t.Helper()
	ask(w.t, "POST", w.admin+"/clock/advance", map[string]any{"by": fmt.Sprintf("PT%.3fS", by.Seconds())}, nil)
}

// Verify fails the test, with what came closest, unless as many requests came as expected.
func (w *World) Verify(match map[string]any, count map[string]int) {
	w.t.Helper()
	ask(w.t, "POST", w.admin+"/journal/verify", map[string]any{"match": match, "count": count}, nil)
}

// ExpectsRefusals declares refusals that the test causes on purpose, by their ids.
func (w *World) ExpectsRefusals(ids ...string) {
	w.t.Helper()
	ask(w.t, "POST", w.admin+"/expect", map[string]any{"refusals": ids}, nil)
}

// Findings returns what was wrong or fragile about the requests, with the remedy.
func (w *World) Findings() []Finding {
	w.t.Helper()
	var all struct {
		Findings []Finding `json:"findings"`
	}
	ask(w.t, "GET", w.admin+"/findings", nil, &all)
	return all.Findings
}

func ask(t testing.TB, method, url string, body, into any) {
	t.Helper()
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		content = bytes.NewReader(text)
	}
	request, err := http.NewRequest(method, url, content)
	if err != nil {
		t.Fatal(err)
	}
	if token := os.Getenv("CALLMOCK_ADMIN_TOKEN"); token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode >= 300 {
		t.Fatalf("callmock: %s", text)
	}
	if into != nil {
		if err := json.Unmarshal(text, into); err != nil {
			t.Fatal(err)
		}
	}
}
