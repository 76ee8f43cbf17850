package resource_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
)

func TestAListHoldsEachValueOnce(t *testing.T) {
	t.Parallel()
	table := resource.Table{Of: "a crew", Fields: []resource.Field{
		{Name: "ids", Type: resource.UUIDs}, {Name: "names", Type: resource.Texts},
		{Name: "jobs", Type: resource.Enums, Values: []string{"cook", "mate"}},
		{Name: "keys", Type: resource.Texts, Secret: true},
	}}
	for body, want := range map[string][]string{
		`{"ids":["` + oneID + `","` + uuid.Max.String() + `","` + strings.ToUpper(oneID) + `"]}`: {
			"ids[2]|" + strings.ToUpper(oneID) + "|repeats the value at [0]; give each once|repeated"},
		`{"names":["a","A","a","b","a"]}`: {"names[2]|a|repeats the value at [0]; give each once|repeated",
			"names[4]|a|repeats the value at [0]; give each once|repeated"},
		`{"names":["é","\u00e9"]}`:        {"names[1]|é|repeats the value at [0]; give each once|repeated"},
		`{"jobs":["cook","cook"]}`:        {"jobs[1]|cook|repeats the value at [0]; give each once|repeated"},
		`{"jobs":["cook","mate","cook"]}`: {"jobs||must hold at most 2 items|too_long"},
		`{"keys":["k"," k","k"]}`:         {"keys[2]|*****|repeats the value at [0]; give each once|repeated"},
		`{"names":[],"jobs":["mate"]}`:    nil,
	} {
		if diff := cmp.Diff(want, lines(resource.Read([]byte(body), table).Problems())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", body, diff)
		}
	}
}

// A list without a bound would let one request make an operation, and each of its events, as long
// as its body may be.
func TestEveryListOfAWriteIsBounded(t *testing.T) {
	t.Parallel()
	ids := make([]string, 1001)
	for i := range ids {
		ids[i] = fmt.Sprintf("%q", uuid.NewSHA1(uuid.Nil, []byte{byte(i), byte(i >> 8)}))
	}
	for _, s := range every(t) {
		for i := range s.Fields {
			f := &s.Fields[i]
			if f.Type != resource.UUIDs && f.Type != resource.Texts && f.Type != resource.Enums {
				continue
			}
			if f.Type != resource.Enums && f.Most == 0 {
				t.Errorf("%s of a %s has no bound", f.Name, s.Kind)
			}
			for n, want := range map[int]bool{f.Most: true, f.Most + 1: false} {
				if f.Type != resource.UUIDs {
					continue
				}
				_, wrong := s.Decode([]byte(`{"` + f.Name + `":[` + strings.Join(ids[:n], ",") + `]}`))
				var told []string
				for _, p := range wrong {
					if p.Path == f.Name {
						told = append(told, p.Message)
					}
				}
				if taken := len(told) == 0; taken != want {
					t.Errorf("%d of %s: %v", n, f.Name, told)
				}
			}
		}
	}
}

// What was accepted before there was a bound is still to be sent.
func TestAStoredListIsReadWhateverItHolds(t *testing.T) {
	t.Parallel()
	s, err := resource.For(resource.KindGroupMessage, resource.Create)
	if err != nil {
		t.Fatal(err)
	}
	many := strings.Repeat(`"`+oneID+`",`, 2000)
	p, _, err := s.Restore([]byte(`{"recipient_ids":[` + many[:len(many)-1] + `]}`))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(p.(*resource.GroupMessage).RecipientIDs); n != 2000 {
		t.Errorf("%d recipients of 2000 are read back", n)
	}
}
