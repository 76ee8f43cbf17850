package perform

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// shows is a TSP that shows a record to whoever reads it.
func shows(fields string) func(context.Context, tsp.Single) (tsp.Record, error) {
	return func(context.Context, tsp.Single) (tsp.Record, error) {
		return tsp.Record{Fields: []byte(fields), Source: []byte(`{"id":"v1"}`)}, nil
	}
}

// left is what the world has stored of the only write.
func (w *world) left(t *testing.T) record.Record {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.records) != 1 {
		t.Fatalf("%d records are stored", len(w.records))
	}
	return w.records[0]
}

func (w *world) KnownRecords(_ context.Context, ids []uuid.UUID) ([]record.Record, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lookUps++
	return slices.DeleteFunc(slices.Clone(w.peers), func(r record.Record) bool { return !slices.Contains(ids, r.ID) }), nil
}

func (w *world) Record(_ context.Context, _, id uuid.UUID) (record.Record, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range w.reached {
		if r.ID == id {
			return r, nil
		}
	}
	return record.Record{}, record.ErrNotFound
}

func (w *world) Recheck(context.Context, connection.Connection) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rechecks++
}

func TestAWrittenRecordIsWhatTheTSPShowsOfIt(t *testing.T) {
	t.Parallel()
	shown := `{"status":"active","vehicle_name":"TRUCK 42"}`
	inAnswer := func(p *provider) {
		p.write = func(context.Context, int, tsp.Write) (tsp.Written, error) {
			r, err := shows(shown)(nil, tsp.Single{})
			return tsp.Written{Record: &r}, err
		}
	}
	for says, c := range map[string]struct {
		tsp   func(*provider)
		calls string
		want  string
	}{
		"by its answer":                    {inAnswer, "W", shown},
		"when it is read":                  {func(p *provider) { p.read = shows(shown) }, "WR", shown},
		"not where it shows nothing":       {func(*provider) {}, "W", `{"vehicle_name":"Truck 42"}`},
		"not of a kind that no list shows": {func(p *provider) { p.read, p.spec.Imports = shows(shown), nil }, "W", `{"vehicle_name":"Truck 42"}`},
		"not where no call can be spared":  {func(p *provider) { p.read, p.spec.Limits[0].Burst = shows(shown), 1 }, "W", `{"vehicle_name":"Truck 42"}`},
		"where a call has a place":         {func(p *provider) { p.read, p.spec.Limits[0].AtOnce = shows(shown), 1 }, "WR", shown},
		"not where reading fails": {func(p *provider) {
			p.read = func(context.Context, tsp.Single) (tsp.Record, error) { return tsp.Record{}, failure(tsp.Missing) }
		}, "WR", `{"vehicle_name":"Truck 42"}`},
		"not where another is read": {func(p *provider) {
			p.read = func(context.Context, tsp.Single) (tsp.Record, error) {
				return tsp.Record{SourceID: "v2", Fields: []byte(shown)}, nil
			}
		}, "WR", `{"vehicle_name":"Truck 42"}`},
		"not where reading panics": {func(p *provider) {
			p.read = func(context.Context, tsp.Single) (tsp.Record, error) { panic("a bug") }
		}, "WR", `{"vehicle_name":"Truck 42"}`},
		"not where reading takes long": {func(p *provider) {
			p.read = func(ctx context.Context, _ tsp.Single) (tsp.Record, error) {
				<-ctx.Done()
				return tsp.Record{}, failure(tsp.Unavailable)
			}
		}, "WR", `{"vehicle_name":"Truck 42"}`},
	} {
		for _, sync := range []bool{false, true} {
			t.Run(says, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t)
					w.tsp.spec.Limits[0].Burst = 5
					c.tsp(w.tsp)
					begun := time.Now()
					if sync {
						w.submit(t)
						if took := time.Since(begun); took > readBackTime {
							t.Errorf("the caller waited %v", took)
						}
					} else {
						w.add()
						w.run(t, 5*time.Second)
					}
					if got := w.left(t); string(got.Fields) != c.want || w.ops[0].State != operation.Succeeded || w.tsp.log() != c.calls {
						t.Errorf("%s of %s after %s", got.Fields, w.ops[0].State, w.tsp.log())
					}
				})
			})
		}
	}
}

func TestAWriteThatIsFoundIsReadBackAsWell(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.tsp.spec.Limits[0].Burst = 5
		w.tsp.can(tsp.VerifyFirst, oneLimit)
		w.tsp.answers(failure(tsp.Unknown))
		w.tsp.find = func(tsp.Write) (tsp.Written, bool, error) { return tsp.Written{SourceID: "v1"}, true, nil }
		w.tsp.read = shows(`{"vehicle_name":"TRUCK 42"}`)
		w.add()
		w.run(t, time.Minute)
		if got := w.left(t); string(got.Fields) != `{"vehicle_name":"TRUCK 42"}` || w.tsp.log() != "WFR" {
			t.Errorf("%s after %s", got.Fields, w.tsp.log())
		}
	})
}

func TestAReadingThatIsThrottledClosesItsLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.tsp.spec.Limits[0].Burst = 5
		w.tsp.read = func(context.Context, tsp.Single) (tsp.Record, error) { return tsp.Record{}, failure(tsp.Throttled) }
		w.submit(t)
		if wait := w.submit(t); wait < 25*time.Second {
			t.Errorf("the next write may be sent after %v", wait)
		}
	})
}

func TestWhatIsDroppedUnderAConditionIsNotRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		action := w.tsp.spec.Actions[updateVehicle]
		action.Uses = tsp.Uses{"oem": tsp.Dropped("no")}
		action.Warn = func(resource.Payload, tsp.Settings) []tsp.Warning {
			return []tsp.Warning{{Path: "notes", Dropped: true}, {Path: "vehicle_name", Message: "is cut"}}
		}
		w.tsp.spec.Actions[updateVehicle] = action
		w.add(func(op *operation.Operation) {
			op.Payload = []byte(`{"connection_id":"` + w.conn.ID.String() + `","vehicle_name":"T","notes":"n","oem":"o"}`)
		})
		w.run(t, time.Second)
		if got := string(w.left(t).Fields); got != `{"vehicle_name":"T"}` {
			t.Error(got)
		}
	})
}

func TestAMessageOfOursNamesItsPartiesByOurRecords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		message := tsp.Capability{Kind: resource.KindMessage, Verb: resource.Create}
		w.tsp.spec.Actions[message] = tsp.Action{Strength: tsp.NaturalKey, Uses: tsp.Uses{"sender_id": tsp.Dropped("no")}}
		w.grant.Levels[resource.KindMessage] = w.grant.Levels[resource.KindVehicle]
		desk, ann := uuid.UUID{7, 1}, uuid.UUID{7, 2}
		w.peers = []record.Record{{ID: ann, Kind: resource.KindUser, Fields: []byte(`{"first_name":"Ann"}`)},
			{ID: desk, Kind: resource.KindUser, Fields: []byte(`{"first_name":"Desk"}`)}}
		w.add(func(op *operation.Operation) {
			op.Kind, op.Verb, op.Resource, op.SourceID, op.Collection = resource.KindMessage, resource.Create, uuid.UUID{}, "", ""
			op.Payload = []byte(`{"connection_id":"` + w.conn.ID.String() + `","sender_id":"` + desk.String() +
				`","recipient_id":"` + ann.String() + `","source_sender_id":"1","source_recipient_id":"2"}`)
		})
		w.run(t, time.Second)
		raw, err := w.left(t).Read("", false)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]any{}
		if err := json.Unmarshal(raw, &got); err != nil {
			t.Fatal(err)
		}
		for member, want := range map[string]any{"recipient_name": "Ann", "source_recipient_id": "2", "sender_name": nil,
			"sender_id": nil, "source_sender_id": nil, "status": "sent"} {
			if diff := cmp.Diff(want, got[member]); diff != "" {
				t.Errorf("%s: %s", member, diff)
			}
		}
		if w.lookUps != 1 {
			t.Errorf("%d look-ups of known records", w.lookUps)
		}
	})
}
