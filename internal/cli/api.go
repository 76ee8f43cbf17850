package cli

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/cli/output"
	"github.com/waybill-dev/waybill/internal/cli/remote"
)

type apiCommand struct {
	at
	Method  string   `arg:"" help:"GET, POST, PATCH or DELETE."`
	Path    string   `arg:"" help:"The path with its query, such as /v2/integrations/connections?size=5."`
	Data    string   `short:"d" help:"The body: text, @FILE, or @- for the input." placeholder:"BODY"`
	Header  []string `short:"H" sep:"none" help:"A header, as NAME: VALUE; repeat for several." placeholder:"HEADER"`
	Include bool     `short:"i" help:"Write the status and the headers of the answer as well."`
	JQ      string   `name:"jq" help:"Write what this program of jq makes of the answer." placeholder:"PROGRAM"`
}

// Help teaches the command.
func (apiCommand) Help() string {
	return `Sends the request with a token, and writes the answer's body as it came, also where it refuses. GET /openapi.yaml
describes all there is. A refusal is told on the error output, too, and by the exit code: 3 for 404, 4 for 401 and 403.

  waybill api GET /v2/integrations/connections --jq '.items[].id'
  waybill api POST /v2/notifications/webhooks -d '{"url":"waybill:feed","event_name":"resource_operation.*"}'`
}

var methods = []string{"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE"}

// Validate refuses what can be no request.
func (c apiCommand) Validate() error {
	var method, path, header error
	if !slices.Contains(methods, strings.ToUpper(c.Method)) {
		method = fmt.Errorf("%q is no method; there are %s", c.Method, strings.Join(methods, ", "))
	}
	if !strings.HasPrefix(c.Path, "/") || strings.HasPrefix(c.Path, "//") {
		path = fmt.Errorf("%q is no path; it begins with one slash, such as /v2/integrations/connections", c.Path)
	}
	if at, err := url.Parse(c.Path); err != nil || at.Fragment != "" || strings.ContainsFunc(c.Path, unicode.IsSpace) {
		path = errors.Join(path, fmt.Errorf("%q is no path; write what is special in it by its number, such as %%20 for a space", c.Path))
	}
	for _, h := range c.Header {
		header = errors.Join(header, checkHeader(h))
	}
	return errors.Join(method, path, header, shape{JQ: c.JQ}.Validate())
}

var headerNames = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")

// checkHeader refuses what is no header, and one that is not the caller's to set.
func checkHeader(text string) error {
	name, value, ok := strings.Cut(text, ":")
	name = strings.TrimSpace(name)
	if !ok || !headerNames.MatchString(name) {
		return fmt.Errorf("%q is no header; write one such as 'Prefer: wait=20'", text)
	}
	if strings.ContainsFunc(strings.TrimSpace(value), func(r rune) bool { return r != '\t' && unicode.IsControl(r) }) {
		return fmt.Errorf("%q holds a line break or another control character; give each header by an -H of its own", text)
	}
	switch http.CanonicalHeaderKey(name) {
	case "Authorization":
		return fmt.Errorf("%s is sent by the profile or the variables; to send another token set %s", name, variableToken)
	case "Host", "Content-Length", "Transfer-Encoding", "Trailer":
		return fmt.Errorf("%s follows from the address and the body, and cannot be set; leave it out", name)
	}
	return nil
}

// Run sends the request.
func (c apiCommand) Run(s *Session) error {
	client, err := s.dial(c.at)
	if err != nil {
		return err
	}
	r := remote.Request{Method: strings.ToUpper(c.Method), Path: c.Path, Header: http.Header{}, Body: []byte(c.Data)}
	for _, h := range c.Header {
		name, value, _ := strings.Cut(h, ":")
		r.Header.Add(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	if name, ok := strings.CutPrefix(c.Data, "@"); ok {
		if r.Body, err = s.readAll(name); err != nil {
			return err
		}
	}
	a, err := client.Do(s.Context, r)
	var p *remote.Problem
	if err != nil && !errors.As(err, &p) {
		return err
	}
	if c.Include {
		if _, err := fmt.Fprintf(s.Out, "%d %s\n", a.Status, http.StatusText(a.Status)); err != nil {
			return fmt.Errorf("writing the output: %w", err)
		}
		_ = a.Header.Write(s.Out)
		_, _ = fmt.Fprintln(s.Out)
	}
	if written := c.write(s, a); written != nil {
		return written
	}
	return err
}

// write writes the body of an answer: through the filter where that is asked for and the request was taken.
func (c apiCommand) write(s *Session, a remote.Answer) error {
	if c.JQ != "" && a.Status < 300 && len(a.Body) > 0 {
		return s.printer(shape{Output: string(output.JSON), JQ: c.JQ}).Item(jsontext.Value(a.Body), "id")
	}
	body := a.Body
	if v := jsontext.Value(body).Clone(); s.Shows && v.IsValid() && v.Indent(jsontext.WithIndent("  ")) == nil {
		body = v
	}
	if n := len(body); n > 0 && body[n-1] != '\n' && s.Shows {
		body = append(body, '\n')
	}
	if _, err := s.Out.Write(body); err != nil {
		return fmt.Errorf("writing the output: %w", err)
	}
	return nil
}
