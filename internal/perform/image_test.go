package perform

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestWhatAnUpdateHasChangedIsKept(t *testing.T) {
	t.Parallel()
	known := func(w *world) {
		w.reached = []record.Record{target(func(r *record.Record) { r.Fields = []byte(`{"vehicle_name":"Truck 1"}`) })}
	}
	reads := func(w *world, ends ...*tsp.Error) {
		known(w)
		w.tsp.write = func(_ context.Context, n int, x tsp.Write) (tsp.Written, error) {
			if x.Read != nil {
				x.Read(tsp.Record{Fields: []byte(`{"vehicle_name":"Truck 2"}`)})
			}
			if n < len(ends) {
				return tsp.Written{}, ends[n]
			}
			return tsp.Written{}, nil
		}
	}
	renamed := func(from string) []record.Image {
		return []record.Image{{"vehicle_name": {Before: jsontext.Value(from), After: jsontext.Value(`"Truck 42"`)}}}
	}
	for says, c := range map[string]struct {
		of   func(*world)
		want []record.Image
	}{
		"of the record as it was known":                   {known, renamed(`"Truck 1"`)},
		"of the record as the adapter read it":            {func(w *world) { reads(w) }, renamed(`"Truck 2"`)},
		"after an attempt that reached nobody":            {func(w *world) { reads(w, failure(tsp.Unavailable)) }, renamed(`"Truck 2"`)},
		"not as it was read behind one without an answer": {func(w *world) { reads(w, failure(tsp.Unknown)) }, renamed(`"Truck 1"`)},
		"not of a record that is not known":               {func(*world) {}, nil},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			c.of(w)
			w.add()
			w.run(t, 5*time.Minute)
			if diff := cmp.Diff(c.want, w.images); diff != "" {
				t.Errorf("%s (-want +got):\n%s", says, diff)
			}
		})
	}
}
