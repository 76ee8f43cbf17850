package access_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/access"
)

// refusal is why a token is refused; nil if it is not.
func refusal(t *testing.T, e *access.External, raw string) *access.Refusal {
	t.Helper()
	_, err := e.Verify(t.Context(), raw)
	var why *access.Refusal
	if err != nil && (!errors.As(err, &why) || !errors.Is(err, access.ErrInvalidToken)) {
		t.Fatal(err)
	}
	return why
}

func TestAllTimesOfAnExternalTokenHaveOneLeeway(t *testing.T) {
	t.Parallel()
	d, p := newDesk(t), newProvider(t)
	e := p.verifier(d, &clock{})
	in := func(s int) int64 { return time.Now().Add(time.Duration(s) * time.Second).Unix() }
	for name, c := range map[string]struct {
		claims map[string]any
		says   string
	}{
		"begins within the leeway":       {map[string]any{"nbf": in(55)}, ""},
		"begins after it":                {map[string]any{"nbf": in(90)}, "(nbf)"},
		"begins in four minutes":         {map[string]any{"nbf": in(239)}, "(nbf)"},
		"was issued within the leeway":   {map[string]any{"iat": in(55)}, ""},
		"was issued in the next minutes": {map[string]any{"iat": in(90)}, "yet to come"},
		"was issued in a year":           {map[string]any{"iat": in(365 * 86400)}, "yet to come"},
		"ended within the leeway":        {map[string]any{"exp": in(-50)}, ""},
		"ended before":                   {map[string]any{"exp": in(-70)}, "it expired"},
		"has its end as a text":          {map[string]any{"exp": "4000000000"}, ""},
		"has a fraction of an end":       {map[string]any{"exp": float64(in(60)) + 0.5}, ""},
		"ends far beyond all years":      {map[string]any{"exp": 1e30}, "its exp is no time"},
		"was issued beyond all years":    {map[string]any{"iat": 1e30}, "its iat is no time"},
		"begins before all years":        {map[string]any{"nbf": -1e30}, "its nbf is no time"},
		"has no end":                     {map[string]any{"exp": nil}, "when it expires (exp)"},
	} {
		why := refusal(t, e, p.token("k1", c.claims))
		if (why == nil) != (c.says == "") || why != nil && !strings.Contains(why.Why, c.says) {
			t.Errorf("a token that %s: %v", name, why)
		}
	}
	why := refusal(t, e, p.token("k1", map[string]any{"nbf": in(90)}))
	if why.After < 25*time.Second || why.After > 31*time.Second {
		t.Errorf("it may be tried again after %s", why.After)
	}
}

func TestACutOffEndsWhatAClockThatIsAheadSaysWasIssuedAfterIt(t *testing.T) {
	t.Parallel()
	for _, end := range []func(d *desk) error{
		func(d *desk) error { return of(d.EndTokens(t.Context(), "tms")) },
		func(d *desk) error {
			return errors.Join(of(d.EnableClient(t.Context(), "tms", false)), of(d.EnableClient(t.Context(), "tms", true)))
		},
		func(d *desk) error {
			owner := d.client("tms").Partner.Name
			if err := d.DeleteClient(t.Context(), "tms"); err != nil {
				return err
			}
			_, err := d.CreateClient(t.Context(), access.ClientOrder{ID: "tms", Owner: owner + " Two"})
			return err
		},
	} {
		d, p, at := newDesk(t), newProvider(t), &clock{}
		e := p.verifier(d, at)
		var all []string
		for _, ahead := range []time.Duration{-time.Hour, 0, time.Second, 30 * time.Second, 55 * time.Second} {
			raw := p.token("k1", map[string]any{"iat": time.Now().Add(ahead).Unix()})
			if why := refusal(t, e, raw); why != nil {
				t.Fatalf("%s ahead: %v", ahead, why)
			}
			all = append(all, raw)
		}
		all = append(all, p.token("k1", map[string]any{"iat": nil}))
		if err := end(d); err != nil {
			t.Fatal(err)
		}
		at.later(3 * time.Minute)
		for i, raw := range all {
			if why := refusal(t, e, raw); why == nil || !strings.Contains(why.Why, "were ended") || why.Remedy == access.Anew {
				t.Errorf("number %d: %+v", i, why)
			}
		}
		if why := refusal(t, e, p.token("k1", map[string]any{"iat": time.Now().Add(90 * time.Second).Unix()})); why != nil {
			t.Errorf("one that was issued later: %v", why)
		}
	}
}

func TestTheNameOfADeletedClientIsClosedToClaims(t *testing.T) {
	t.Parallel()
	d, p, at := newDesk(t), newProvider(t), &clock{}
	e := p.verifier(d, at)
	raw := p.token("k1", map[string]any{"org": "My TMS", "scope": "telematics:write"})
	if err := d.DeleteClient(t.Context(), "tms"); err != nil {
		t.Fatal(err)
	}
	if why := refusal(t, e, raw); why == nil || !strings.Contains(why.Why, "deleted") || !strings.Contains(why.Remedy, "operator") {
		t.Errorf("%+v", why)
	}
	if why := refusal(t, e, p.token("k1", map[string]any{"org": "My TMS", "azp": "another"})); why != nil {
		t.Errorf("another name: %v", why)
	}
}
