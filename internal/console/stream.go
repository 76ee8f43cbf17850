package console

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"
)

const (
	// mostStreams bounds how many pages of one process are live at once, each of which holds a connection.
	mostStreams = 32
	// pace is how often a page is looked at again, and share the part of the time that looking may take: what costs much
	// is looked at less often.
	pace  = 2 * time.Second
	share = 20
)

// updates are the parts of a page as they are now.
type updates func(r *http.Request, who Visitor) ([]fragment, error)

// fragment is what the element of an id becomes. Inner tells that the element stays and its content changes.
type fragment struct {
	ID    string
	Inner bool
	HTML  string
}

// streams are the pages that are live.
type streams struct {
	places chan struct{}
	ends   chan struct{}
	once   sync.Once
}

func newStreams() *streams {
	return &streams{places: make(chan struct{}, mostStreams), ends: make(chan struct{})}
}

// EndStreams ends all streams and lets none begin, so that the server can stop.
func (c *Console) EndStreams() { c.open.once.Do(func() { close(c.open.ends) }) }

// wantsStream tells whether a request is for the stream of its page. Browsers ask so for no page.
func wantsStream(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "text/event-stream")
}

// stream answers with the parts of a page each time that they have changed, until the visitor leaves, is
// another than began it by role or rights, or the server stops.
func (c *Console) stream(w http.ResponseWriter, r *http.Request, who Visitor, now updates) {
	select {
	case c.open.places <- struct{}{}:
		defer func() { <-c.open.places }()
	default:
		w.Header().Set("Retry-After", "30")
		http.Error(w, fmt.Sprintf("%d pages are live already; close one, or reload this one to see what is new", mostStreams),
			http.StatusServiceUnavailable)
		return
	}
	control := http.NewResponseController(w)
	// The deadline by which a request must have arrived would end its answer as well.
	if err := control.SetReadDeadline(time.Time{}); err != nil {
		c.Log.Debug("a page cannot be live", "error", err)
	}
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	w.Header().Set("X-Accel-Buffering", "no")
	s := sent{w: w, sums: map[string][32]byte{}}
	for {
		began := time.Now()
		if is, known := c.Gate.Still(r); !known || is != who {
			return
		}
		parts, err := now(r, who)
		if err != nil || s.send(parts) != nil || control.Flush() != nil {
			return
		}
		wait := time.NewTimer(max(pace, share*time.Since(began)))
		select {
		case <-wait.C:
		case <-r.Context().Done():
			wait.Stop()
			return
		case <-c.open.ends:
			wait.Stop()
			return
		}
	}
}

// sent remembers what a stream has sent.
type sent struct {
	w    http.ResponseWriter
	sums map[string][32]byte
}

// counts are the texts of times, which the page counts on by itself.
var counts = regexp.MustCompile(`(<time [^>]*>)[^<]*`)

// send sends the parts that have changed, and otherwise a comment by which a connection that is no more is found out.
func (s *sent) send(parts []fragment) error {
	var text bytes.Buffer
	for _, part := range parts {
		sum := sha256.Sum256(counts.ReplaceAll([]byte(part.HTML), []byte("$1")))
		if s.sums[part.ID] == sum {
			continue
		}
		s.sums[part.ID] = sum
		swap := "outerMorph"
		if part.Inner {
			swap = "innerMorph"
		}
		fmt.Fprintf(&text, "<hx-partial hx-target=\"#%s\" hx-swap=\"%s\">%s</hx-partial>\n", part.ID, swap, part.HTML)
	}
	if text.Len() == 0 {
		_, err := fmt.Fprint(s.w, ":\n\n")
		return err
	}
	var message bytes.Buffer
	for line := range strings.Lines(text.String()) {
		message.WriteString("data: " + strings.TrimRight(line, "\r\n") + "\n")
	}
	message.WriteString("\n")
	_, err := s.w.Write(message.Bytes())
	return err
}

// whole is the content of a page as one part.
func (c *Console) whole(of does) updates {
	return func(r *http.Request, who Visitor) ([]fragment, error) {
		a, err := of(r, who)
		if err != nil {
			return nil, err
		}
		text, err := c.part(r, who, a.sheet, "content")
		if err != nil {
			return nil, err
		}
		around, err := c.around(r, who, a.sheet)
		return append(around, fragment{ID: "main", Inner: true, HTML: text}), err
	}
}

// around are the parts of the navigation, whose numbers change.
func (c *Console) around(r *http.Request, who Visitor, s sheet) (all []fragment, err error) {
	for _, name := range []string{"places", "places-menu"} {
		text, err := c.part(r, who, s, name)
		if err != nil {
			return nil, err
		}
		all = append(all, fragment{ID: name, Inner: true, HTML: text})
	}
	return all, nil
}

// part is a template of a sheet, filled in.
func (c *Console) part(r *http.Request, who Visitor, s sheet, name string) (string, error) {
	var text bytes.Buffer
	err := c.sheets[s.name].ExecuteTemplate(&text, name, c.frame(r, who, s))
	if err != nil {
		c.Log.Error("writing a part of a page of the console", "page", s.name, "path", r.URL.Path, "error", err)
	}
	return text.String(), err
}
