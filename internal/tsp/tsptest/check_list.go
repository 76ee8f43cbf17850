package tsptest

import (
	"bytes"
	"fmt"
	"slices"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// checkList: each record that the simulator was seeded with is listed exactly once over all
// pages, in unified form, and a page that is asked for again is the same.
func checkList(t *trial) {
	w := t.world(setup{})
	for _, imports := range t.suite.spec.Imports {
		page, err := w.page(imports.Kind, "")
		if err == nil && page.Next == "" {
			t.logf("NOT CHECKED: the seed's %s records fit one page, so that nothing shows whether further ones are read", imports.Kind)
		}
		records := w.list(imports.Kind)
		if again := w.list(imports.Kind); fmt.Sprint(again) != fmt.Sprint(records) {
			t.errorf("listing %s records twice gives different ones", imports.Kind)
		}
		seen := map[string]bool{}
		for _, r := range records {
			key := r.Collection + "/" + string(r.SourceID)
			if seen[key] {
				t.errorf("%s is listed twice", key)
			}
			seen[key] = true
			if r.SourceID == "" || !slices.Contains(imports.Collections, r.Collection) {
				t.once(r.Collection, "the record %q is of the collection %q, declared are %v", r.SourceID, r.Collection, imports.Collections)
			}
			if !r.Source.IsValid() || bytes.Equal(bytes.TrimSpace(r.Source), []byte("null")) {
				t.errorf("%s has no source", key)
			}
			if r.OccurredAt.IsZero() == imports.Kind.Facts().Log {
				t.once("occurred", "%s happened at %v; records of events, and no others, have a time", key, r.OccurredAt)
			}
			t.readable(imports.Kind, key, r.Fields)
		}
		if t.excused(string(imports.Kind)) {
			continue
		}
		if held := w.sim.of(imports.Kind); len(held) != len(records) {
			t.errorf("%d %s records are listed, and the simulator holds %d", len(records), imports.Kind, len(held))
		}
		if len(records) == 0 {
			t.errorf("the simulator is seeded with no %s record", imports.Kind)
		}
	}
	if _, err := w.session.List(t.ctx, tsp.List{Kind: "nothing", Pace: w.setup.pace}); t.classOf(err) != tsp.Unsupported {
		t.errorf("a list of an unknown kind ends with %v, want class %s", err, tsp.Unsupported)
	}
}

// readable demands that fields are members of the kind's read model, with its types.
func (t *trial) readable(kind resource.Kind, key string, fields jsontext.Value) {
	var members map[string]jsontext.Value
	if err := json.Unmarshal(fields, &members); err != nil {
		t.errorf("the fields of %s are no object: %v", key, err)
		return
	}
	model := readModel(kind)
	for name, value := range members {
		want, known := model[name]
		switch {
		case !known:
			t.errorf("%s has the field %s, which the read model of a %s lacks", key, name, kind)
		case value.Kind() != 'n' && !want.takes(value):
			t.errorf("%s has %s %s, which must be a %s", key, name, value, want.name)
		}
	}
}

// checkListAnswers: a list that cannot be read ends with a class, never with fewer records. One that
// is longer than what is read is not asked for again and again: it stays as long.
func checkListAnswers(t *trial) {
	spoils := unreadable()
	spoils["an error"] = answers(500, plainText, "oops")
	spoils["a refusal"] = answers(403, jsonText, "{}")
	spoils["a lost answer"] = drop
	for _, imports := range t.suite.spec.Imports {
		for name, s := range spoils {
			w := t.world(setup{})
			w.prime()
			w.front.expect(from(0, s))
			page, err := w.page(imports.Kind, "")
			if err == nil {
				t.errorf("%s in answer to a list of %s records gives %d records and no error", name, imports.Kind, len(page.Records))
			} else if class := t.classOf(err); class == tsp.Done || class == tsp.Unknown {
				t.errorf("%s in answer to a list of %s records is %s; a list changes nothing", name, imports.Kind, class)
			} else if name == tooLong && class != tsp.Broken {
				t.errorf("%s in answer to a list of %s records is %s (%v), want %s", name, imports.Kind, class, err, tsp.Broken)
			}
			w.stop()
		}
	}
}
