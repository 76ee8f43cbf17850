package samsara_test

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// calls are all kinds of requests that the adapter makes, by the name of their golden file.
var calls = map[string]func(t *testing.T, s tsp.Session) error{
	"message":         writes(createMessage, "hello"),
	"message_unicode": writes(createMessage, "Fahr zum Dock 7 \u2014 \U0001F69B <b>\"now\"</b> & call\n\t\\o/"),
	"vehicle":         writes(updateVehicle, `{"vehicle_name":"Truck 7","vin":"1FUJA6BD31LJ09646","license_plate_number":"XHK1234","notes":"new tyres","external_id":"T-7"}`),
	"vehicle_one":     writes(updateVehicle, `{"notes":"new tyres"}`),
	"vehicle_cleared": writes(updateVehicle, `{"license_plate_number":null,"notes":null}`),
	"vehicle_nothing": writes(updateVehicle, `{"is_active":true,"engine_type":"DIESEL"}`),
	"check":           func(t *testing.T, s tsp.Session) error { _, err := s.Check(t.Context(), &pacer{}); return err },
	"find": func(t *testing.T, s tsp.Session) error {
		_, _, err := s.(tsp.Finder).Find(t.Context(), message(t, "hello"))
		return err
	},
	"list_vehicles":    lists(resource.KindVehicle, ""),
	"list_trailers":    lists(resource.KindTrailer, ""),
	"list_active":      lists(resource.KindUser, ""),
	"list_deactivated": lists(resource.KindUser, "deactivated:"),
	"list_users":       lists(resource.KindUser, "users:"),
	"list_next":        lists(resource.KindUser, "deactivated:Mj:kY=&"),
}

func writes(c tsp.Capability, body string) func(*testing.T, tsp.Session) error {
	return func(t *testing.T, s tsp.Session) error {
		if c == createMessage {
			_, err := s.Write(t.Context(), message(t, body))
			return err
		}
		_, err := s.Write(t.Context(), write(t, c, body))
		return err
	}
}

func lists(kind resource.Kind, cursor string) func(*testing.T, tsp.Session) error {
	return func(t *testing.T, s tsp.Session) error {
		_, err := s.List(t.Context(), tsp.List{Kind: kind, Cursor: cursor, Pace: &pacer{}})
		return err
	}
}

func TestEachRequestIsAsInItsGoldenFile(t *testing.T) {
	t.Parallel()
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, r := session(t, succeed)
			if err := call(t, s); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", name+".http")
			got := dump(r.requests)
			if *update {
				if err := os.WriteFile(file, got, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("the request differs (-want +got), run with -update if that is right:\n%s", diff)
			}
		})
	}
}

// dump shows requests with their headers in order and without what the connection adds.
func dump(requests []sent) []byte {
	var out bytes.Buffer
	for _, r := range requests {
		fmt.Fprintf(&out, "%s %s\n", r.Method, r.URI)
		for _, name := range slices.Sorted(maps.Keys(r.Header)) {
			if name != "Accept-Encoding" && name != "Content-Length" {
				fmt.Fprintf(&out, "%s: %s\n", name, strings.Join(r.Header[name], ", "))
			}
		}
		if r.Body != "" {
			fmt.Fprintf(&out, "\n%s\n", r.Body)
		}
	}
	return out.Bytes()
}

func TestNoneOfOurIDsIsSent(t *testing.T) {
	t.Parallel()
	for name, call := range calls {
		s, r := session(t, succeed)
		if err := call(t, s); err != nil {
			t.Fatal(err)
		}
		// All ids of the fixtures begin alike.
		if text := string(dump(r.requests)); strings.Contains(text, connectionID[:18]) {
			t.Errorf("%s sends one of our ids:\n%s", name, text)
		}
	}
}
