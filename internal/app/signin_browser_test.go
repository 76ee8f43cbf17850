package app_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/operator"
)

func TestAnOperatorSignsInAndOutInABrowser(t *testing.T) {
	t.Parallel()
	c := config.Default()
	c.Key, c.DatabaseURL, c.Console.On = operatorKey, database(t), true
	addr, stop := runningOver(t, c, app.Options{})
	b, checks := (&house{t: t, url: "http://" + addr}).browse(t), axe(t)
	code := ""
	atDesk(t, c, func(ctx context.Context, d *operator.Desk) (err error) {
		_, code, _, err = d.Create(ctx, operator.Order{Email: "ada@x.example", Name: "Ada Lind", Role: operator.Admin})
		return err
	})
	// The link, as somebody else's look at it leaves it.
	for width, scheme := range map[int64]string{1440: "light", 1024: "dark", 360: "dark"} {
		where := fmt.Sprintf("sign-in-%d-%s", width, scheme)
		b.sees(width, scheme)
		b.goes("/console/sign-in?code=" + code + "&next=%2Fconsole%2Foperations%3Fstate%3Dfailed")
		b.fits(where)
		b.accessible(where, checks)
		b.shows(where)
		b.sound(where)
	}
	b.do(chromedp.SetValue(chromedp.CSS("#code"), "wb-AAAA-AAAA-AAAA-AAAA"))
	b.clicks("form button")
	if said := b.text(`document.querySelector("[role=alert]").innerText`); said == "" {
		t.Error("a wrong code is not told")
	}
	b.accessible("sign-in-wrong", checks)
	b.shows("sign-in-wrong")
	b.do(chromedp.SetValue(chromedp.CSS("#code"), code))
	b.clicks("form button")
	if at := b.text("location.pathname + location.search"); at != "/console/operations?state=failed" {
		t.Errorf("who signed in is led to %s: %s", at, b.text("document.body.innerText"))
	}
	b.sees(1440, "light")
	b.goes("/console/")
	b.fits("signed-in")
	b.shows("signed-in")
	b.clicks(`.rail form[action="/console/sign-out"] button`)
	if at, said := b.text("location.pathname"), b.text(`document.querySelector("[role=status]").innerText`); at != "/console/sign-in" || said == "" {
		t.Errorf("who signed out is at %s, told %q", at, said)
	}
	b.goes("/console/operations")
	if at := b.text("location.pathname"); at != "/console/sign-in" {
		t.Errorf("after signing out the console is shown at %s", at)
	}
	b.sound("signed out")
	if err := stop(); err != nil {
		t.Error(err)
	}
}
