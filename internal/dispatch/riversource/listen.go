package riversource

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river/riverdriver"

	"github.com/waybill-dev/waybill/internal/fence"
)

// listener is River's, which hears as well which lanes of this replica others have activated.
type listener struct {
	riverdriver.Listener
	source *Source
}

// silence is how long nothing may be heard: each replica hears its own beat every second.
const silence = 3 * time.Second

var errSilent = errors.New("nothing is heard on the connection by which this replica listens, not even its own beat")

// channel is on which a replica is told of lanes.
func channel(id []byte) string { return "lane_" + name(id) }

// Connect listens to what is for this replica. What was said before was not heard.
func (l *listener) Connect(ctx context.Context) error {
	if err := l.Listener.Connect(ctx); err != nil {
		return err
	}
	if err := l.Listen(ctx, channel(l.source.id[:])); err != nil {
		return errors.Join(err, l.Close(ctx))
	}
	l.source.missed()
	return nil
}

// WaitForNotification returns the next one that is for River. River connects anew after an error.
func (l *listener) WaitForNotification(ctx context.Context) (*riverdriver.Notification, error) {
	for {
		wait, cancel := context.WithTimeout(ctx, silence)
		n, err := l.Listener.WaitForNotification(wait)
		silent := wait.Err() != nil && ctx.Err() == nil
		cancel()
		switch {
		case err != nil && silent:
			return nil, errSilent
		case err != nil:
			return nil, err
		case n.Topic != channel(l.source.id[:]):
			l.source.stir()
			return n, nil
		case n.Payload == "":
			l.source.heard()
		default:
			l.source.woken(n.Payload)
		}
	}
}

// missed wakes whatever may have been activated without this replica hearing of it: what it runs, and what
// it has let sleep of late.
func (s *Source) missed() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.held {
		if h.given {
			signal(h.wake)
		}
	}
	for _, n := range s.released {
		if s.held[n.lane] == nil {
			s.hint(n.lane, s.config.Clock())
		}
	}
	s.released = nil
}

// heard is that this replica hears what is said.
func (s *Source) heard() {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, i := s.config.Now(), 0
	s.standing.heard = now
	for i < len(s.released) && now.Sub(s.released[i].from) > silence {
		i++
	}
	s.released = s.released[i:]
}

// woken is that lanes were activated which this replica ran a moment ago.
func (s *Source) woken(payload string) {
	for text := range strings.SplitSeq(payload, " ") {
		kind, id, _ := strings.Cut(text, ":")
		raw, err := base64.RawURLEncoding.DecodeString(id)
		if lane, bad := uuid.FromBytes(raw); err == nil && bad == nil {
			s.Activate(fence.Lane{Kind: kind, ID: lane}, s.config.Clock())
		}
	}
}

// notifyMost is how long what is said at once may be. PostgreSQL takes 8,000 bytes.
const notifyMost = 7900

const notifyReplicas = `
SELECT pg_notify(current_schema() || '.' || said.channel, said.lanes)
FROM unnest($1::text[], $2::text[]) AS said (channel, lanes)`

// tell tells replicas of the lanes that they run, each in as few words as it takes.
func (s *Source) tell(ctx context.Context, tx pgx.Tx, lanes []row) error {
	open := map[uuid.UUID]int{}
	var channels, said []string
	for _, l := range lanes {
		if l.owner == nil {
			continue
		}
		word := l.lane.Kind + ":" + base64.RawURLEncoding.EncodeToString(l.lane.ID[:])
		i, known := open[*l.owner]
		if !known || len(said[i])+1+len(word) > notifyMost {
			open[*l.owner] = len(said)
			channels, said = append(channels, channel(l.owner[:])), append(said, word)
			continue
		}
		said[i] += " " + word
	}
	if len(said) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, notifyReplicas, channels, said)
	return err
}
