package api_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/api"
	"github.com/waybill-dev/waybill/internal/operation"
	wrong "github.com/waybill-dev/waybill/internal/problem"
)

// stream is a batch that is sent and answered line by line.
type stream struct {
	t       *testing.T
	to      *io.PipeWriter
	resp    *http.Response
	answers *bufio.Reader
}

// streamed begins a batch at a server of its own, where each request must come whole within a second.
func streamed(t *testing.T, c *counter, headers ...string) *stream {
	t.Helper()
	server := httptest.NewUnstartedServer(c)
	server.Config.ReadTimeout = time.Second
	server.Start()
	t.Cleanup(server.Close)
	from, to := io.Pipe()
	method, path, _ := strings.Cut(batchPath, " ")
	r, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, from)
	if err != nil {
		t.Fatal(err)
	}
	r.Header = http.Header{"Authorization": {"Bearer token"}, "Content-Type": {lineType}}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	if r.Header.Get("Expect") != "" {
		// It is answered with what the first line is sent for.
		go func() { _, _ = io.WriteString(to, "\n") }()
		server.Client().Transport.(*http.Transport).ExpectContinueTimeout = time.Minute
	}
	resp, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = to.Close(); _ = resp.Body.Close() })
	return &stream{t, to, resp, bufio.NewReader(resp.Body)}
}

func (s *stream) send(text string) {
	s.t.Helper()
	if _, err := io.WriteString(s.to, text); err != nil {
		s.t.Fatal(err)
	}
}

// hears reads an answer.
func (s *stream) hears() told {
	s.t.Helper()
	text, err := s.answers.ReadString('\n')
	if err != nil {
		s.t.Fatalf("%q: %v", text, err)
	}
	return toldIn(s.t, text)
}

// ends makes sure that nothing comes behind the last answer.
func (s *stream) ends() {
	s.t.Helper()
	if rest, err := io.ReadAll(s.answers); err != nil || len(rest) > 0 {
		s.t.Errorf("behind the end: %q, %v", rest, err)
	}
}

func TestEachLineIsAnsweredBeforeTheNextIsSentHoweverLongItTakes(t *testing.T) {
	t.Parallel()
	for _, headers := range [][]string{nil, {"Expect", "100-continue"}} {
		c, _ := crowded(t)
		s := streamed(t, c, headers...)
		for n := range 4 {
			if n > 0 {
				// Longer than a request may take to come.
				time.Sleep(400 * time.Millisecond)
			}
			s.send(lineOf(fmt.Sprintf(`,"ref":"%d"`, n)))
			if a := s.hears(); a.Status != 202 || a.Ref != fmt.Sprint(n) {
				t.Fatalf("%v: %+v", headers, a)
			}
		}
		_ = s.to.Close()
		if e := s.hears(); e.End != "complete" || e.Accepted != 4 {
			t.Errorf("%v: %+v", headers, e)
		}
		s.ends()
		if !s.resp.Close {
			t.Error("the connection may be used again")
		}
	}
}

func TestABatchEndsWithTheProcessBehindWhatWasAnswered(t *testing.T) {
	t.Parallel()
	c, _ := crowded(t)
	s := streamed(t, c)
	s.send(lineOf(""))
	s.hears()
	c.EndBatches()
	if e := s.hears(); e.End != "broken_off" || e.Status != 503 || e.Lines != 1 || e.RetryAfter == 0 ||
		!strings.Contains(fmt.Sprint(e.Body), "in another batch") {
		t.Errorf("%+v", e)
	}
	_ = s.to.Close()
	s.ends()
	if a := c.do(batchPath, lineOf(""), "Content-Type", lineType); a.Code != 503 {
		t.Errorf("one more: %d %s", a.Code, a.Body)
	}
}

func TestOfABodyThatIsCutOffTheLineIsNotTaken(t *testing.T) {
	t.Parallel()
	for says, err := range map[string]error{"the body could not be read to its end": io.ErrUnexpectedEOF,
		"no whole line came for 60 seconds": os.ErrDeadlineExceeded} {
		c, room := crowded(t)
		r := httptest.NewRequestWithContext(t.Context(), "POST", "/v2/telematics/batch",
			io.MultiReader(strings.NewReader(lineOf("")+strings.TrimSpace(lineOf(""))), broken{err}))
		r.Header = http.Header{"Authorization": {"Bearer token"}, "Content-Type": {lineType}}
		w := httptest.NewRecorder()
		c.ServeHTTP(w, r)
		all := toldBy(t, w)
		if len(all) != 2 || all[0].Status != 202 || all[1].End != "broken_off" || all[1].Status != 400 || all[1].Lines != 1 ||
			len(room.examined) != 1 || !strings.Contains(fmt.Sprint(all[1].Body), says) {
			t.Errorf("%+v", all)
		}
	}
}

// broken cannot be read.
type broken struct{ error }

func (b broken) Read([]byte) (int, error) { return 0, b.error }

func TestABatchWithoutARightToGoOnEndsBeforeTheNextLine(t *testing.T) {
	t.Parallel()
	now := time.Now()
	c, room := crowded(t, func(c *api.Config) { c.Now = func() time.Time { return now } })
	s := streamed(t, c)
	s.send(lineOf(""))
	s.hears()
	now, c.verify = now.Add(time.Minute), access.ErrInvalidToken
	s.send(lineOf(""))
	if e := s.hears(); e.End != "broken_off" || e.Status != 401 || e.Lines != 1 || len(room.examined) != 1 {
		t.Errorf("%+v, %d examined", e, len(room.examined))
	}
	_ = s.to.Close()
	s.ends()
}

func TestABatchWaitsForAStoreThatIsAwayForAMoment(t *testing.T) {
	t.Parallel()
	away := &wrong.Error{Code: wrong.Unavailable, Detail: "it is away", RetryAfter: time.Second}
	for says, c := range map[string]struct {
		times int
		want  []told
	}{
		"a moment": {5, []told{{Line: 1, Status: 202}, {Line: 2, Status: 429}, {End: "complete", Lines: 2}}},
		"for long": {100, []told{{Line: 1, Status: 503}, {Line: 2, Status: 429}, {End: "broken_off", Status: 503, Lines: 2}}},
	} {
		synctest.Test(t, func(t *testing.T) {
			s, room := crowded(t)
			room.fails = slices.Repeat([]error{away}, c.times)
			all := toldBy(t, s.do(batchPath, lineOf("")+strings.Replace(lineOf(""), "{}", `{"a":"refused"}`, 1), "Content-Type", lineType))
			for i, want := range c.want {
				if got := all[i]; got.Line != want.Line || got.Status != want.Status || got.End != want.End || got.Lines != want.Lines {
					t.Errorf("%s, answer %d: %+v", says, i, got)
				}
			}
		})
	}
}

// slowed lets a caller send something each so often.
type slowed struct{ every, next time.Duration }

func (s *slowed) Take(string) time.Duration {
	if s.next > 0 {
		wait := s.next
		s.next = 0
		return wait
	}
	s.next = s.every
	return 0
}

func TestABatchGoesAsFastAsItsCallerMay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := crowded(t, func(c *api.Config) { c.Limits = api.Limits{Client: &slowed{every: time.Second}} })
		began := time.Now()
		all := toldBy(t, c.do(batchPath, strings.Repeat(lineOf(""), 400), "Content-Type", lineType))
		if took := time.Since(began); took != 100*time.Second {
			t.Errorf("400 lines took %v", took)
		}
		if e := all[len(all)-1]; e.End != "complete" || e.Accepted != 400 {
			t.Errorf("%+v", e)
		}
	})
}

func TestAPartnerHasFewBatchesAtOnceAndKeepsNobodyElseFromTheirs(t *testing.T) {
	t.Parallel()
	c, _ := crowded(t)
	for range 4 {
		s := streamed(t, c)
		s.send(lineOf(""))
		s.hears()
		defer s.to.Close()
	}
	a := c.do(batchPath, lineOf(""), "Content-Type", lineType)
	if a.Code != 429 || a.Header().Get("Retry-After") == "" || !strings.Contains(a.Body.String(), "as many batches") {
		t.Errorf("%d %s", a.Code, a.Body)
	}
	c.who.Partner.ID[0]++
	toldBy(t, c.do(batchPath, lineOf(""), "Content-Type", lineType))
}

// A faulty room must take neither the process nor another line along.
func TestAPanicEndsTheLinesItMeets(t *testing.T) {
	t.Parallel()
	c, room := crowded(t)
	config := c.Config
	config.Batches = faulty{room}
	c.Server = api.New(config)
	all := toldBy(t, c.do(batchPath, lineOf(""), "Content-Type", lineType))
	if len(all) != 2 || all[0].Status != 500 || all[1].End != "complete" {
		t.Errorf("%+v", all)
	}
}

type faulty struct{ *crowd }

func (faulty) SubmitAll(context.Context, []operation.Candidate) []operation.Candidate {
	panic(errors.New("a fault"))
}

func TestLinesThatComeTogetherAreAcceptedTogether(t *testing.T) {
	t.Parallel()
	const lines = 10_000
	c, room := crowded(t)
	all := toldBy(t, c.do(batchPath, strings.Repeat(lineOf(""), lines), "Content-Type", lineType))
	for i, a := range all[:lines] {
		if a.Line != i+1 || a.Status != 202 {
			t.Fatalf("answer %d: %+v", i+1, a)
		}
	}
	if most := slices.Max(room.groups); most > 128 || most == 1 || all[lines].Accepted != lines {
		t.Errorf("%d groups of %d at most: %+v", len(room.groups), most, all[lines])
	}
}
