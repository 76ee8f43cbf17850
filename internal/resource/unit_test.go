package resource_test

import (
	"testing"

	"github.com/waybill-dev/waybill/internal/resource"
)

func TestUnitsAreConvertedExactly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		number resource.Number
		unit   string
		want   string
	}{
		{"10.1", "LITER", "10.1"}, {"0.0375", "CUBIC_METER", "37.5"}, {"1", "US_GALLON", "3.785411784"}, {"2", "IMPERIAL_GALLON", "9.09218"},
		{"12", "meters", "12"}, {"1e2", "kilo_meters", "100000"}, {"3", "miles", "4828.032"},
	} {
		convert := resource.Number.Metres
		if c.number.Litres(c.unit) != nil {
			convert = resource.Number.Litres
		}
		if got := resource.Rounded(convert(c.number, c.unit), 9); got != c.want {
			t.Errorf("%s %s is %s, want %s", c.number, c.unit, got, c.want)
		}
		if km := c.number.Kilometres(c.unit); km != nil && resource.Rounded(km, 12) != resource.Rounded(resource.Number(c.want+"e-3").Rat(), 12) {
			t.Errorf("%s %s is %s km", c.number, c.unit, km)
		}
	}
	if n := resource.Number("1"); n.Litres("miles") != nil || n.Metres("") != nil || n.Kilometres("LITER") != nil {
		t.Error("a word that is no unit was converted")
	}
}

func TestDecimalsAreRoundedAndHoldNoNeedlessZeros(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		number resource.Number
		places int
		want   string
	}{{"100", 0, "100"}, {"100.50", 9, "100.5"}, {"2.5", 0, "3"}, {"-2.5", 0, "-3"}, {"1e-12", 9, "0"}, {"1e3", 2, "1000"}} {
		if got := resource.Rounded(c.number.Rat(), c.places); got != c.want {
			t.Errorf("%s with %d places is %s, want %s", c.number, c.places, got, c.want)
		}
	}
}
