package record_test

import (
	"testing"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

// inspected is an inspection with fields.
func inspected(n byte, fleet uuid.UUID, fields string) record.Record {
	r := fresh(resource.KindDvirLog)
	r.ID, r.Fleet, r.Seq, r.SourceID, r.Fields = uuid.UUID{n}, fleet, int64(n), "i", []byte(fields)
	return r
}

// told are what defects tell of themselves: type, whether critical, and whose.
func told(t *testing.T, items []jsontext.Value) (all []string) {
	t.Helper()
	ids := map[string]bool{}
	for _, item := range items {
		var d struct {
			ID       string         `json:"id"`
			Type     string         `json:"defect_type"`
			Critical jsontext.Value `json:"is_safety_critical"`
			Source   string         `json:"source_id"`
			Log      uuid.UUID      `json:"dvir_log_id"`
			Ref      string         `json:"fleet_ref"`
		}
		if err := json.Unmarshal(item, &d); err != nil || ids[d.ID] {
			t.Fatalf("%s: %v", item, err)
		}
		ids[d.ID] = true
		all = append(all, d.Ref+" "+d.Type+" "+string(d.Critical)+" "+d.Source+" "+string('0'+rune(d.Log[0])))
	}
	return all
}

func TestDefectsAreThoseOfTheInspectionsOnAPage(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.records = []record.Record{
		inspected(1, north, `{"defects":["tires","brakes"],"is_safety_critical":true}`),
		inspected(2, north, `{"defects":[]}`),
		inspected(3, north, `{"defects":["tires"],"is_safety_critical":true}`),
		inspected(4, north, `{"defects":["tires","brakes"],"is_safety_critical":false}`),
	}
	r := record.Request{Query: record.Query{Kind: resource.KindDvirLog, Sort: record.ByUpdated, Window: page.Window{Limit: 3}}}
	p, err := a.ListDefects(t.Context(), partner, r)
	if err != nil || p.Next.IsZero() || p.Total != nil {
		t.Fatalf("%+v, %v", p, err)
	}
	want := []string{"n brakes null i/brakes 1", "n tires null i/tires 1", "n tires true i/tires 3"}
	if diff := cmp.Diff(want, told(t, p.Items)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	one, err := a.DefectsOf(t.Context(), partner, uuid.UUID{4}, false)
	if err != nil || one.Total == nil || *one.Total != 2 || !one.Next.IsZero() {
		t.Fatalf("%+v, %v", one, err)
	}
	if diff := cmp.Diff([]string{"n brakes false i/brakes 4", "n tires false i/tires 4"}, told(t, one.Items)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDefectsOfWhatMayNotBeReadAreNotThere(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.records = []record.Record{inspected(1, south, `{"defects":["tires"]}`), known(2, north)}
	a.grants[0] = grant(north, "n", access.Read, resource.KindVehicle)
	for _, id := range []uuid.UUID{{1}, {2}, {3}} {
		if _, err := a.DefectsOf(t.Context(), partner, id, false); problem.Of(err).Code != problem.NotFound {
			t.Errorf("%s: %v", id, err)
		}
	}
	r := record.Request{Query: record.Query{Kind: resource.KindDvirLog, Window: page.Window{Limit: 3}}}
	if p, err := a.ListDefects(t.Context(), partner, r); err != nil || len(p.Items) > 0 {
		t.Errorf("%+v, %v", p, err)
	}
}
