package browsertest

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/operator"
)

func TestAnOperatorSignsInAndOutInABrowser(t *testing.T) {
	t.Parallel()
	browser, c, in := browse(t), config.Default(), &installation{t: t}
	c.Key, c.DatabaseURL, c.Console.On = key, filepath.Join(t.TempDir(), "waybill.db"), true
	in.run(c, app.Options{}, func(context.Context) {})
	code := ""
	ctx := audit.By(t.Context(), audit.Actor{Name: "operator:root"})
	err := app.Operators(ctx, c, func(d *operator.Desk) (err error) {
		_, code, _, err = d.Create(ctx, operator.Order{Email: "ada@x.example", Name: "Ada Lind", Role: operator.Admin})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	axe, b := axeSource(t), open(t, browser, in.url)
	// A link fills the code in, as often as it is opened, and uses it up never.
	link := sample{name: "sign-in", path: "/console/sign-in?code=" + code + "&next=%2Fconsole%2Foperations%3Fstate%3Dfailed"}
	looked(t, b, axe, []sample{link})
	b.visit(link.path)
	b.do(chromedp.SetValue(chromedp.CSS("#code"), "wb-AAAA-AAAA-AAAA-AAAA"))
	b.leads(click("form button"))
	if said := says[string](b, `document.querySelector("[role=alert]").innerText`); said == "" {
		t.Error("a wrong code is not told")
	}
	says[bool](b, axe+";true")
	for _, found := range says[[]string](b, judgement) {
		t.Errorf("the page of a wrong code: axe: %s", found)
	}
	// The browser complains of the status of that answer.
	b.complaints()
	b.do(chromedp.SetValue(chromedp.CSS("#code"), code))
	b.leads(click("form button"))
	if at := b.path(); at != "/console/operations?state=failed" {
		t.Errorf("who signed in is led to %s", at)
	}
	b.size(1440, "light")
	looked(t, b, axe, []sample{{name: "signed-in", path: "/console/"}})
	b.size(1440, "light")
	b.leads(click(`.rail form[action="/console/sign-out"] button`))
	if at, said := b.path(), says[string](b, `document.querySelector("[role=status]").innerText`); at != "/console/sign-in?out" || said == "" {
		t.Errorf("who signed out is at %s, told %q", at, said)
	}
	if b.visit("/console/operations"); b.path() != "/console/sign-in?next=%2Fconsole%2Foperations" {
		t.Errorf("after signing out the console is shown at %s", b.path())
	}
}
