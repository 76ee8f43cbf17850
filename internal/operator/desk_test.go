package operator_test

import (
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/operator"
)

func TestADeskRefusesWithTheRemedy(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.hire(t, "ada@x.example", operator.Viewer)
	if _, _, err := h.Meet(t.Context(), operator.Person{Issuer: "https://i.example", Subject: "1", Email: "bo@x.example",
		Role: operator.Admin}); err != nil {
		t.Fatal(err)
	}
	create := func(o operator.Order) error { _, _, _, err := h.Create(t.Context(), o); return err }
	link := func(name string) error { _, _, _, err := h.Link(t.Context(), name); return err }
	set := func(name string, c operator.Change) error { _, err := h.Set(t.Context(), name, c); return err }
	yes, acting, blank := true, operator.Acting, " "
	for name, c := range map[string]struct {
		err  error
		says string
	}{
		"twice":          {create(operator.Order{Email: "ADA@x.example", Name: "A"}), "waybill operator link ada@x.example"},
		"no address":     {create(operator.Order{Email: "ada", Name: "A"}), "ada@carrier.example"},
		"two addresses":  {create(operator.Order{Email: "a@b@c", Name: "A"}), "is no email address"},
		"a line":         {create(operator.Order{Email: "a@b\n", Name: "A"}), "is no email address"},
		"no name":        {create(operator.Order{Email: "a@b", Name: ""}), "is no name"},
		"a long name":    {create(operator.Order{Email: "a@b", Name: strings.Repeat("x", 201)}), "is no name"},
		"seen anyway":    {create(operator.Order{Email: "a@b", Name: "A", Role: operator.Admin, Payloads: true}), "leave --payloads out"},
		"nobody":         {link("cy@x.example"), "waybill operator list"},
		"the issuer's":   {link("bo@x.example"), "signs in at the issuer"},
		"set there":      {set("bo@x.example", operator.Change{Role: &acting}), "operator disable"},
		"set as seen":    {set("ada@x.example", operator.Change{Role: &acting, Payloads: &yes}), "leave --payloads out"},
		"set to nothing": {set("ada@x.example", operator.Change{Name: &blank}), "is no name"},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.says) {
			t.Errorf("%s: %v, want %s", name, c.err, c.says)
		}
	}
	all, err := h.All(t.Context())
	if err != nil || len(all) != 2 || all[0].Role != operator.Viewer || all[0].Name != "Ada Lind" {
		t.Errorf("a refusal has changed something: %v, %v", all, err)
	}
}

func TestWhoSeesPayloads(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.hire(t, "ada@x.example", operator.Viewer)
	yes, acting, viewer := true, operator.Acting, operator.Viewer
	for i, step := range []struct {
		change operator.Change
		sees   bool
	}{{operator.Change{}, false}, {operator.Change{Payloads: &yes}, true}, {operator.Change{Role: &acting}, true},
		// What was allowed to a viewer does not come back with the role.
		{operator.Change{Role: &viewer}, false}} {
		o, err := h.Set(t.Context(), "ada@x.example", step.change)
		if err != nil || o.SeesPayloads() != step.sees {
			t.Errorf("step %d: %v sees payloads: %v, %v", i, o, o.SeesPayloads(), err)
		}
	}
}

func TestOfSeveralOfAnEmailOneIsNamedByHisID(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.hire(t, "ada@x.example", operator.Viewer)
	_, met, err := h.Meet(t.Context(), operator.Person{Issuer: "https://i.example", Subject: "1", Email: "Ada@x.example",
		Role: operator.Admin})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Disable(t.Context(), "ada@x.example", true); err == nil || !strings.Contains(err.Error(), "several") {
		t.Errorf("one of two: %v", err)
	}
	o, err := h.Disable(t.Context(), met.Operator.ID.String(), true)
	if err != nil || o.Subject == "" || !o.Disabled {
		t.Errorf("%v, %v", o, err)
	}
}

func TestTheAuditLogNamesWhoIsMeant(t *testing.T) {
	t.Parallel()
	for want, o := range map[string]operator.Operator{
		"operator:ada@x.example":               {Email: "ada@x.example"},
		"operator:ada@x.example sub:42":        {Email: "ada@x.example", Subject: "https://i.example 42"},
		`operator:- sub:"42 operator:bo@x.ex"`: {Subject: "https://i.example 42 operator:bo@x.ex"},
	} {
		if got := o.Actor(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestAPersonWithoutEmailOrNameIsCalledByTheSubject(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for want, p := range map[string]operator.Person{
		"7":           {Subject: "7"},
		"e@x.example": {Subject: "8", Email: "E@x.example", Name: "\x00"},
		"Ada":         {Subject: "9", Email: "no address", Name: "Ada"},
	} {
		p.Issuer, p.Role = "https://i.example", operator.Viewer
		_, s, err := h.Meet(t.Context(), p)
		if err != nil || s.Operator.Name != want {
			t.Errorf("%+v, %v, want %s", s.Operator, err, want)
		}
	}
	for _, subject := range []string{"", strings.Repeat("x", 256)} {
		if _, _, err := h.Meet(t.Context(), operator.Person{Subject: subject, Role: operator.Viewer}); err == nil {
			t.Errorf("somebody of %d bytes was met", len(subject))
		}
	}
}
