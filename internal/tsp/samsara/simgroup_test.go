package samsara_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestAGroupMessageReachesEachDriverOnce(t *testing.T) {
	t.Parallel()
	s := simulated(t)
	all := []resource.SourceID{"48400010", "48400011", "48400012"}
	group := func() tsp.Write {
		w := s.real(createGroup, `{"sender_id":`+ourDriver+`,"recipient_ids":[`+ourDriver+`],"message_text":"to all"}`)
		w.Refs["recipient_ids"] = append(slices.Clone(all), all[0])
		return w
	}
	w := group()
	got, err := s.Write(t.Context(), w)
	if err != nil || len(got.Parts) != 3 || s.count("to all") != 3 {
		t.Fatalf("%d messages, %+v, %v", s.count("to all"), got, err)
	}
	if diff := cmp.Diff(tsp.Part{Name: "driver 48400011", Class: tsp.Done, Status: 200, Headers: got.Headers}, got.Parts[1]); diff != "" {
		t.Errorf("the part differs (-want +got):\n%s", diff)
	}

	s = simulated(t)
	// One driver has the text already; the attempt that should have sent it had no answer.
	w = group()
	one := s.message("to all")
	one.Refs["recipient_id"] = all[1:2]
	if _, err := s.Write(t.Context(), one); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, found, err := s.Session.(tsp.Finder).Find(t.Context(), w); err != nil || found {
			t.Fatalf("with two left: found = %v, %v", found, err)
		}
	}
	if got, err = s.Write(t.Context(), w); err != nil || len(got.Parts) != 2 || s.count("to all") != 3 {
		t.Errorf("%d messages, %+v, %v", s.count("to all"), got, err)
	}
	if _, found, err := s.Session.(tsp.Finder).Find(t.Context(), w); err != nil || !found {
		t.Errorf("at the end: found = %v, %v", found, err)
	}
}
