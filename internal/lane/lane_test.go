package lane_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/lane"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/problem"
)

// held is how the connection of a lane stands, and since when something waits in it; 0 for nothing.
type held struct {
	status connection.Status
	since  int
}

// rack is a store of lanes by the first byte of their ids.
type rack map[byte]held

func (r rack) after(after uuid.UUID, most int, is func(held) bool) (all []connection.Connection) {
	for b, h := range r {
		if id := (uuid.UUID{b}); is(h) && bytes.Compare(id[:], after[:]) > 0 {
			all = append(all, connection.Connection{ID: id, Status: h.status})
		}
	}
	slices.SortFunc(all, func(a, b connection.Connection) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	return all[:min(most, len(all))]
}

func (r rack) HeldConnections(_ context.Context, after uuid.UUID, most int) ([]connection.Connection, error) {
	return r.after(after, most, func(h held) bool { return h.status != connection.Active }), nil
}

func (r rack) BusyConnections(_ context.Context, after uuid.UUID, most int) ([]connection.Connection, error) {
	return r.after(after, most, func(h held) bool { return h.since > 0 }), nil
}

func (r rack) Connection(_ context.Context, id uuid.UUID) (connection.Connection, error) {
	h, is := r[id[0]]
	if !is {
		return connection.Connection{}, connection.ErrNotFound
	}
	return connection.Connection{ID: id, Status: h.status}, nil
}

func (r rack) Waiting(_ context.Context, of []uuid.UUID) (all []operation.Waiting, err error) {
	for _, id := range of {
		if h := r[id[0]]; h.since > 0 {
			all = append(all, operation.Waiting{Connection: id, Count: operation.Count{N: 1}, Since: time.Unix(int64(h.since), 0)})
		}
	}
	return all, nil
}

func TestLanesAreListedOnceEachThoseThatAreHeldFirst(t *testing.T) {
	t.Parallel()
	r := rack{1: {connection.Active, 9}, 2: {connection.Paused, 8}, 3: {connection.Active, 3}, 4: {connection.Stale, 0},
		5: {connection.Active, 0}, 6: {connection.Stale, 7}, 7: {connection.Active, 5}, 8: {connection.Paused, 2}}
	s := &lane.Service{Store: r, Stands: func(context.Context, []fence.Lane) (map[fence.Lane]lane.Stand, error) {
		return map[fence.Lane]lane.Stand{{Kind: fence.Connections, ID: uuid.UUID{3}}: {Runner: "host/1"},
			{Kind: fence.Connections, ID: uuid.UUID{1}}: {Waits: operation.RetryAfter}, {Kind: fence.Connections, ID: uuid.UUID{8}}: {Waits: operation.RetryAfter}}, nil
	}}
	for most := 1; most < 10; most++ {
		var seen []byte
		pages := 0
		for w := (page.Window{Limit: most}); pages == 0 || !w.Place.IsZero() && pages < 20; pages++ {
			all, err := s.List(t.Context(), w)
			if err != nil {
				t.Fatal(err)
			}
			cursor, err := page.Read(page.List{}.Write(page.Cursor{Place: all.Next}))
			if err != nil {
				t.Fatal(err)
			}
			w.Place = cursor.Place
			for _, one := range all.Items {
				seen = append(seen, one.Connection.ID[0])
				if (one.Runner == "host/1") != (one.Connection.ID[0] == 3) {
					t.Errorf("%v runs in %q", one.Connection.ID, one.Runner)
				}
			}
		}
		want := []byte{6, 4, 8, 2, 1, 3, 7}
		if most < 7 {
			slices.Sort(seen[:4])
			slices.Sort(seen[4:])
			want = []byte{2, 4, 6, 8, 1, 3, 7}
		}
		if diff := cmp.Diff(want, seen); diff != "" {
			t.Errorf("in pages of %d (-want +got):\n%s", most, diff)
		}
	}
}

func TestAPlaceThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	s := &lane.Service{Store: rack{1: {connection.Paused, 0}}}
	for _, w := range []page.Window{{Place: page.Position{ID: uuid.UUID{1}}}, {Place: page.Position{Text: "shut", ID: uuid.UUID{1}}},
		{Place: page.Position{Text: "held", ID: uuid.UUID{1}}, Backwards: true}} {
		w.Limit = 5
		if found, err := s.List(t.Context(), w); problem.Of(err).Code != problem.Invalid {
			t.Errorf("%+v leads to %+v, %v", w, found, err)
		}
	}
}

func TestOneLaneIsToldOfWhetherItHasWorkOrNot(t *testing.T) {
	t.Parallel()
	s := &lane.Service{Store: rack{1: {connection.Active, 9}, 2: {connection.Active, 0}, 3: {connection.Stale, 0}, 4: {connection.Deleted, 0}},
		Stands: func(_ context.Context, of []fence.Lane) (map[fence.Lane]lane.Stand, error) {
			return map[fence.Lane]lane.Stand{{Kind: fence.Connections, ID: uuid.UUID{1}}: {Waits: operation.RetryAfter, Until: time.Unix(60, 0)}}, nil
		}}
	for b, state := range map[byte]lane.State{1: lane.Closed, 2: lane.Open, 3: lane.Held} {
		one, err := s.Of(t.Context(), uuid.UUID{b})
		if err != nil || one.State != state || one.Connection.ID != (uuid.UUID{b}) || (b == 1) != (one.Waiting.N == 1 && one.Until.Equal(time.Unix(60, 0))) {
			t.Errorf("%d: %+v, %v", b, one, err)
		}
	}
	for b, says := range map[byte]string{4: "is deleted: it has no lane any more", 5: "there is no connection 05"} {
		if _, err := s.Of(t.Context(), uuid.UUID{b}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%d: %v", b, err)
		}
	}
}
