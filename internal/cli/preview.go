package cli

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/cli/output"
	"github.com/waybill-dev/waybill/internal/cli/remote"
)

// previewed is what people are told of a write that was not made.
type previewed struct {
	Warnings []struct {
		Path    string `json:"path"`
		Message string `json:"message"`
	} `json:"warnings"`
	Preview struct {
		Requests []struct {
			Purpose string `json:"purpose"`
			Request struct {
				Method string `json:"method"`
				URL    string `json:"url"`
				Body   string `json:"body"`
			} `json:"request"`
		} `json:"requests"`
		Failure jsontext.Value `json:"failure"`
		Dropped []string       `json:"dropped"`
		Earlier string         `json:"behind"`
	} `json:"preview"`
}

// preview writes what would be sent.
func (s *Session) preview(p *output.Printer, raw jsontext.Value) error {
	if p.Format == output.Names && p.Filter == nil {
		s.say("nothing was stored or sent, and so there is no id (-o json tells what would be)")
		return nil
	}
	if !p.ForPeople() {
		return p.Item(raw, "status")
	}
	var of previewed
	if err := remote.Decode(raw, &of); err != nil {
		return err
	}
	var out page
	for _, call := range of.Preview.Requests {
		out.text("%s %s", call.Request.Method, call.Request.URL)
		if call.Request.Body != "" {
			out.text("  %s", call.Request.Body)
		}
	}
	if f := string(of.Preview.Failure); f != "" && f != "null" {
		out.line("Would fail", "%s", f)
	}
	out.line("Dropped", "%s", strings.Join(of.Preview.Dropped, ", "))
	for _, w := range of.Warnings {
		out.line("Warning", "%s: %s", w.Path, w.Message)
	}
	out.line("Behind", "%s", of.Preview.Earlier)
	s.say("nothing was stored or sent; this is what would be (-o json tells all)")
	return p.One(raw, "status", out.String)
}
