package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/api/openapi"
)

// The page on the published client, and the marks between which its table stands.
const (
	sdkPage    = "docs/sdk.md"
	callsBegin = "<!-- calls:begin -->\n"
	callsEnd   = "<!-- calls:end -->\n"
)

// call is one of the published client's.
type call struct{ group, name, route string }

func sdkCalls() []call {
	var all []call
	for line := range strings.Lines(calls) {
		if f := strings.Fields(line); len(f) == 4 {
			all = append(all, call{f[0], f[1], f[2] + " " + f[3]})
		}
	}
	return all
}

var parameter = regexp.MustCompile(`\{[^}]*\}`)

// unnamed is a route without the names of its parameters, which differ between documents.
func unnamed(route string) string { return parameter.ReplaceAllString(route, "{}") }

// servedRoutes are those of the document that the router is held against, without the names of their
// parameters.
func servedRoutes() ([]string, error) {
	text, err := openapi.JSON()
	if err != nil {
		return nil, err
	}
	var d struct {
		Paths map[string]map[string]jsontext.Value `json:"paths"`
	}
	if err := json.Unmarshal(text, &d); err != nil {
		return nil, fmt.Errorf("reading the API document: %w", err)
	}
	var all []string
	for path, item := range d.Paths {
		for method := range item {
			all = append(all, strings.ToUpper(method)+" "+unnamed(path))
		}
	}
	return all, nil
}

// excuse is what is said of a call that is not served; "" if nothing is.
func excuse(route string) string {
	longest := ""
	for prefix := range unserved {
		if strings.HasPrefix(unnamed(route), unnamed(prefix)) && len(prefix) > len(longest) {
			longest = prefix
		}
	}
	return unserved[longest]
}

// sdkTable tells of each call whether it is served.
func sdkTable(served []string) string {
	var b strings.Builder
	b.WriteString("| group | call | route | Waybill |\n| --- | --- | --- | --- |\n")
	for _, c := range sdkCalls() {
		name, said := "`"+c.name+"`", "**here**"
		if c.name == "-" {
			name = ""
		}
		if !slices.Contains(served, unnamed(c.route)) {
			said = excuse(c.route)
		}
		fmt.Fprintf(&b, "| %s | %s | `%s` | %s |\n", c.group, name, c.route, said)
	}
	return b.String()
}
