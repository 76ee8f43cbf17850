package tsptest

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// part is one call of a write. A call with a key can be looked for by it.
type part struct {
	key string
	request
}

// plan returns the calls of a write.
func (l *link) plan(w tsp.Write) ([]part, error) {
	if _, ok := l.reference.actions()[w.Capability]; !ok {
		return nil, fails(tsp.Unsupported, "there is no "+w.Capability.String())
	}
	switch p := w.Payload.(type) {
	case *resource.Vehicle:
		return l.vehicle(p, w)
	case *resource.DvirLog:
		return l.inspect(p, w), nil
	case *resource.User:
		return l.user(p, w)
	case *resource.Message:
		one := part{request: request{method: http.MethodPost, path: "/messages", body: saidBy(p, w.Refs)}}
		if l.reference.has(sendsOurIDs) {
			one.header = http.Header{"X-Trace": {p.RecipientID.String()}}
		}
		return []part{one}, nil
	case *resource.GroupMessage:
		var all []part
		for _, to := range w.Refs["recipient_ids"] {
			all = append(all, l.message(p.MessageText.Or(""), string(to), w))
		}
		return all, nil
	}
	return nil, fails(tsp.Broken, fmt.Sprintf("the payload is a %T", w.Payload))
}

func (l *link) message(text, to string, w tsp.Write) part {
	key := w.Operation.String() + ":" + to
	return part{key: key, request: request{method: http.MethodPost, path: "/messages", body: map[string]any{"to": to, "text": text, "reference": key}}}
}

func (l *link) user(u *resource.User, w tsp.Write) ([]part, error) {
	password := w.Settings.Text("initial_password")
	if password == "" {
		password = tsp.Password(w.Secret("password"))
		l.mu.Lock()
		l.hidden = append(l.hidden, password)
		l.mu.Unlock()
	}
	body := map[string]any{"name": u.Username.Or(""), "password": password, "group": w.Settings.Text("home_group"), "reference": w.Operation.String()}
	return []part{{request: request{method: http.MethodPost, path: "/users", body: body}}}, nil
}

// perform makes the calls that earlier attempts have not made.
func (l *link) perform(ctx context.Context, w tsp.Write, parts []part) (tsp.Written, error) {
	out := tsp.Written{SourceID: w.Target, Collection: collectionOf(w.Kind)}
	for i, p := range parts {
		p.later = i > 0
		known, begun := w.Step(p.key)
		if known.Done {
			continue
		}
		if len(parts) > 1 {
			if begun && !l.reference.has(neverLooks) {
				found, err := l.sent(ctx, w, p)
				if err != nil {
					return out, err
				}
				if found {
					if err := w.Mark(ctx, tsp.Step{Key: p.key, Done: true}); err != nil {
						return out, err
					}
					continue
				}
			}
			if err := w.Mark(ctx, tsp.Step{Key: p.key}); err != nil {
				return out, err
			}
		}
		a, err := l.send(ctx, w.Pace, p.request)
		if _, previewed := tsp.Awaited("id", err); previewed && !l.reference.has(previewsOne) {
			continue
		}
		if err != nil {
			return out, err
		}
		var made struct {
			ID resource.SourceID `json:"id"`
		}
		_ = json.Unmarshal(a.body, &made)
		out.Status, out.Headers = a.status, a.header
		if l.reference.has(notesAnswers) {
			out.Note = string(a.body)
		}
		if w.Verb == resource.Create && w.Kind != resource.KindGroupMessage {
			out.SourceID = made.ID
			if l.reference.has(inventsIDs) && w.Kind != resource.KindMessage {
				out.SourceID += "0"
			}
		}
		if w.Kind == resource.KindVehicle && l.reference.has(mixesKinds) {
			l.mu.Lock()
			l.mixed = out.SourceID
			l.mu.Unlock()
		}
		if err := l.keep(w, a, &out); err != nil {
			return out, err
		}
		if len(parts) > 1 {
			if err := w.Mark(ctx, tsp.Step{Key: p.key, Done: true}); err != nil {
				return out, err
			}
		}
	}
	if out.Status == 0 {
		out.Status, out.Headers = http.StatusOK, http.Header{}
	}
	return out, nil
}

// keep takes the record from the answer to a message; vehicles and users are read.
func (l *link) keep(w tsp.Write, a reply, out *tsp.Written) error {
	if w.Kind != resource.KindMessage || l.reference.has(leavesNothing) {
		return nil
	}
	r, err := l.record(w.Kind, a.body)
	if err != nil {
		return fails(tsp.Unknown, "the answer confirms nothing")
	}
	out.Record = &r
	return nil
}

// sent asks whether a call took effect.
func (l *link) sent(ctx context.Context, w tsp.Write, p part) (bool, error) {
	a, err := l.send(ctx, w.Pace, request{method: http.MethodPost, path: "/messages/search", body: map[string]any{"reference": p.key}, reads: true, looks: true})
	return err == nil && strings.Contains(string(a.body), p.key), err
}

// find looks for each call and marks those that took effect.
func (l *link) find(ctx context.Context, w tsp.Write, parts []part) (tsp.Written, bool, error) {
	out := tsp.Written{Collection: collectionOf(w.Kind), Status: http.StatusOK, Headers: http.Header{}}
	if m, ok := w.Payload.(*resource.Message); ok {
		id, found, err := l.told(ctx, w, saidBy(m, w.Refs))
		out.SourceID = id
		return out, found, err
	}
	if w.Kind != resource.KindGroupMessage {
		return out, false, fails(tsp.Unsupported, "it cannot be looked for")
	}
	all := true
	for _, p := range parts {
		found, err := l.sent(ctx, w, p)
		if err != nil {
			return out, false, err
		}
		all = all && found
		if found && len(parts) > 1 {
			if err := w.Mark(ctx, tsp.Step{Key: p.key, Done: true}); err != nil {
				return out, false, err
			}
		}
	}
	return out, all, nil
}

func collectionOf(k resource.Kind) string {
	return map[resource.Kind]string{resource.KindVehicle: "vehicles", resource.KindUser: "users", resource.KindMessage: "messages", resource.KindDvirLog: "inspections"}[k]
}
