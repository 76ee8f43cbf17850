package operation_test

import (
	"errors"
	"strings"
	"testing"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

func TestWhatATSPHoldsIsToldWhileTheFleetLetsItBeRead(t *testing.T) {
	t.Parallel()
	r, first := keyed(false, operation.Succeeded)
	first.ID, first.Connection, first.Fleet, first.Kind = uuid.UUID{78}, link, fleet, resource.KindVehicle
	first.Verification = operation.NewVerification(operation.Verified, "")
	first.Verification.Ignored = []record.Difference{{Path: "notes", Sent: jsontext.Value(`"n"`), Held: jsontext.Value(`"theirs"`)}}
	first.Verification.Changed = []record.Difference{{Path: "vin", Sent: jsontext.Value(`"v"`), Held: jsontext.Value(`"theirs"`)}}
	ways := map[string]func(*desk) (operation.Operation, error){
		"read":     func(d *desk) (operation.Operation, error) { return d.Get(t.Context(), partner, link, first.ID) },
		"repeated": func(d *desk) (operation.Operation, error) { op, _, err := d.Submit(t.Context(), r); return op, err },
		"listed": func(d *desk) (operation.Operation, error) {
			p, err := d.List(t.Context(), operation.Filter{Window: page.Window{Limit: 1}})
			if err != nil {
				return operation.Operation{}, err
			}
			return p.Items[0], nil
		},
	}
	for way, read := range ways {
		for says, c := range map[string]struct {
			change func(*desk)
			told   bool
		}{
			"as granted":              {func(*desk) {}, true},
			"the grant has ended":     {func(d *desk) { d.grant.Status = access.GrantCancelled }, false},
			"the grant is gone":       {func(d *desk) { d.grant.Fleet = foreign }, false},
			"the kind is not granted": {func(d *desk) { d.grant.Levels[resource.KindVehicle] = "" }, false},
		} {
			d := open(t)
			d.listed, d.keyed[known] = []operation.Operation{first}, first
			c.change(d)
			op, err := read(d)
			if err != nil {
				t.Fatalf("%s, %s: %v", way, says, err)
			}
			shown, err := json.Marshal(op.Read().Verification)
			if err != nil || strings.Contains(string(shown), "theirs") != c.told || strings.Contains(string(shown), `"withheld":true`) == c.told ||
				!strings.Contains(string(shown), `"path":"notes"`) || string(first.Verification.Ignored[0].Held) != `"theirs"` {
				t.Errorf("%s, %s: %s, %v", way, says, shown, err)
			}
		}
		d := open(t)
		d.listed, d.keyed[known], d.fails["Grant"] = []operation.Operation{first}, first, errors.New("the disk is gone")
		if _, err := read(d); !errors.Is(err, d.fails["Grant"]) {
			t.Errorf("%s: %v", way, err)
		}
	}
}
