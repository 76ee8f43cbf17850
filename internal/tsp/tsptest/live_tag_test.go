package tsptest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
)

func aTag(n int) tag { return tag{time.Date(2026, 11, 25, 10, 12, 33, 0, time.UTC), n} }

func TestTheCheckDigitOfVINsIsTheStandards(t *testing.T) {
	t.Parallel()
	for _, vin := range []string{"1M8GDM9AXKP042788", "11111111111111111", "1HGBH41JXMN109186", "5YJ3E1EA7HF000337"} {
		if got := vinCheck(vin); got != vin[8] {
			t.Errorf("%s: the check digit is %c", vin, got)
		}
	}
}

func TestAVINKeepsWhatItDecodesTo(t *testing.T) {
	t.Parallel()
	got := aTag(3).vins("1FUJA6BD31LJ09646")
	if len(got) != 1 || got[0][:8] != "1FUJA6BD" || got[0][9] != '1' || vinCheck(got[0]) != got[0][8] {
		t.Errorf("%q", got)
	}
	for _, sample := range []string{"", "1FUJA6BD31LJ0964", "1FUJA6BD31LJ0964O"} {
		if got := aTag(3).vins(sample); got != nil {
			t.Errorf("%q is taken for a VIN: %q", sample, got)
		}
	}
}

func TestNoTwoRecordsShareAValue(t *testing.T) {
	t.Parallel()
	schema, err := resource.For(resource.KindVehicle, resource.Create)
	if err != nil {
		t.Fatal(err)
	}
	user, err := resource.For(resource.KindUser, resource.Create)
	if err != nil {
		t.Fatal(err)
	}
	for name, sample := range map[string]string{"vehicle_name": `"x"`, "vin": `"1FUJA6BD31LJ09646"`, "license_plate_number": `"XHK1234"`,
		"external_id": `"x"`, "username": `"ada.lovelace"`, "user_email": `"ada@example.com"`, "phone_number": `"+15558234327"`, "license_number": `"D1234567"`} {
		field := schema.Field(name)
		if field == nil {
			field = user.Field(name)
		}
		seen := map[string]bool{}
		for run := range 40 {
			for n := range 20 {
				g := aTag(n)
				g.began = g.began.Add(time.Duration(run) * time.Second)
				for _, value := range g.values(field, sample) {
					if seen[value] {
						t.Errorf("%s: %s is given twice", name, value)
					}
					seen[value] = true
				}
			}
		}
	}
}

func TestALoginKeepsTheFormOfTheSample(t *testing.T) {
	t.Parallel()
	if got, want := aTag(3).logins("ada.lovelace")[0], "waybill.contract.20261125.101233.3"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := aTag(3).logins("ada@fleet.example")[0], "waybill.contract.20261125.101233.3@fleet.example"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestOnlyNumbersThatNobodyHasAreMadeUp(t *testing.T) {
	t.Parallel()
	for sample, head := range map[string]string{"+15558234327": "+15558", "(415) 555-0123": "(415) 555-01", "5558234327": "5558"} {
		got := aTag(3).phones(sample)
		if len(got) != 1 || got[0] == sample || !strings.HasPrefix(got[0], head) || len(got[0]) != len(sample) {
			t.Errorf("%s becomes %q", sample, got)
		}
	}
	for _, sample := range []string{"+14158234327", "+4930123456", ""} {
		if got := aTag(3).phones(sample); got != nil {
			t.Errorf("%s becomes %q, which somebody may have", sample, got)
		}
	}
}

func TestEachTitleIsShorterThanTheOneBefore(t *testing.T) {
	t.Parallel()
	if !slices.IsSortedFunc(aTag(1).titles(), func(a, b string) int { return len(b) - len(a) }) {
		t.Errorf("%q", aTag(1).titles())
	}
}
