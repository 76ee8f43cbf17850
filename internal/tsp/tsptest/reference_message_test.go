package tsptest

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// said is a message to one user as the TSP takes it, which keeps nothing of the operation that sent it.
type said struct {
	From string `json:"from,omitzero"`
	To   string `json:"to,omitzero"`
	Text string `json:"text"`
}

func saidBy(m *resource.Message, refs resource.Refs) said {
	from, _ := refs.One("sender_id")
	to, _ := refs.One("recipient_id")
	return said{From: string(from), To: string(to), Text: m.MessageText.Or("")}
}

const (
	// clockSlack is how far times of the TSP may be from ours once its clock is known.
	clockSlack = 5 * time.Second
	// window is how far before its first attempt a message is looked for, so that what others sent is in it as a whole.
	window = time.Minute
)

// told looks for a message among those since the first attempt. Of equal ones it finds its own by what others have
// sent.
func (l *link) told(ctx context.Context, w tsp.Write, want said) (resource.SourceID, bool, error) {
	since := w.SentAt.Add(-window)
	others, err := l.rivals(ctx, w, since, want)
	if err != nil {
		return "", false, err
	}
	all, err := l.messages(ctx, w, since)
	if err != nil {
		return "", false, err
	}
	n, own := 0, resource.SourceID("")
	for _, one := range all {
		brief := l.reference.has(looksBriefly) && one.At.After(w.SentAt.Add(l.clock()+clockSlack))
		if one.Reference != "" || brief || !l.same(one.said, want) {
			continue
		}
		n++
		theirs := slices.ContainsFunc(others, func(r tsp.Rival) bool { return r.SourceID == one.ID })
		if !theirs || l.reference.has(adoptsAny) {
			own = cmp.Or(own, one.ID)
		}
	}
	open := len(slices.DeleteFunc(slices.Clone(others), func(r tsp.Rival) bool { return r.Certain }))
	// The answer to one that is under way may yet tell the id that would be taken.
	underWay := n > len(others) && !l.reference.has(adoptsTooSoon) && slices.ContainsFunc(others, func(r tsp.Rival) bool { return r.UnderWay })
	if n > len(others)-open && n <= len(others) || underWay {
		return "", false, fails(tsp.Unknown, "nothing tells whose it is")
	}
	return own, n > len(others) && own != "", nil
}

// heard is a message as the TSP lists it.
type heard struct {
	said
	ID        resource.SourceID `json:"id"`
	At        time.Time         `json:"at"`
	Reference string            `json:"reference"`
}

// messages lists what was sent since a time of our clock's.
func (l *link) messages(ctx context.Context, w tsp.Write, since time.Time) ([]heard, error) {
	if since = since.Add(l.clock()); l.reference.has(looksForEver) {
		since = time.Time{}
	}
	a, err := l.send(ctx, w.Pace, request{method: http.MethodPost, path: "/messages/search", reads: true, looks: true,
		body: map[string]any{"since": since.UTC().Format(time.RFC3339)}})
	if err != nil {
		return nil, err
	}
	var list struct {
		Items []heard `json:"items"`
	}
	if err := json.Unmarshal(a.body, &list); err != nil {
		return nil, fails(tsp.Broken, "the list has another shape")
	}
	return list.Items, nil
}

// clock is by how much the TSP's is before ours.
func (l *link) clock() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ahead
}

// same compares what the TSP lists with what was sent.
func (l *link) same(listed, want said) bool {
	switch l.reference.flaw {
	case ignoresSender:
		listed.From = want.From
	case ignoresRecipient:
		listed.To = want.To
	case comparesBeginnings:
		return strings.HasPrefix(listed.Text, want.Text) && listed.From == want.From && listed.To == want.To
	}
	return listed == want
}

// rivals are the other operations that may have sent the same.
func (l *link) rivals(ctx context.Context, w tsp.Write, since time.Time, want said) ([]tsp.Rival, error) {
	if w.Rivals == nil || l.reference.has(ignoresRivals) {
		return nil, nil
	}
	all, err := w.Rivals(ctx, since)
	return slices.DeleteFunc(all, func(r tsp.Rival) bool {
		m, ok := r.Payload.(*resource.Message)
		switch {
		case l.reference.has(forgetsOpenRivals) && !r.Certain:
			return true
		case l.reference.has(countsEveryRival):
			return false
		}
		return !ok || saidBy(m, r.Refs) != want
	}), err
}
