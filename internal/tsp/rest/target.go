package rest

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

const targetMark = "{target}"

// callTo makes a call of a path pattern, whose query and segments may be {target}. The target
// goes in as one segment or value, whatever characters it holds.
func callTo(method, pattern string, target resource.SourceID) (Call, error) {
	path, query, err := cutQuery(pattern)
	call := Call{Method: method, Path: path}
	if err != nil {
		return call, &tsp.Error{Class: tsp.Broken, Message: "the adapter's query cannot be read", Err: err}
	}
	if !strings.Contains(pattern, targetMark) {
		call.Query = query
		return call, nil
	}
	// A segment of dots is a step through the path and cannot be escaped.
	id := string(target)
	if strings.Trim(id, ".") == "" {
		return call, &tsp.Error{Class: tsp.Missing, Message: fmt.Sprintf("%q is no source id", id)}
	}
	for _, values := range query {
		for i := range values {
			values[i] = strings.ReplaceAll(values[i], targetMark, id)
		}
	}
	call.Path, call.Query = strings.ReplaceAll(path, targetMark, url.PathEscape(id)), query
	return call, nil
}

const settingMark = "{setting:"

// filled puts the settings that a path names into it, each as one segment. Escaping leaves no brace
// in them.
func filled(path string, settings tsp.Settings) (string, error) {
	for {
		before, rest, ok := strings.Cut(path, settingMark)
		if !ok {
			return path, nil
		}
		key, after, _ := strings.Cut(rest, "}")
		value := settings.Text(key)
		if strings.Trim(value, ".") == "" {
			return "", &tsp.Error{Class: tsp.Rejected, Message: fmt.Sprintf("the connection's setting %s is %q, and calls need it", key, value)}
		}
		path = before + url.PathEscape(value) + after
	}
}

func cutQuery(pattern string) (path string, query url.Values, err error) {
	path, raw, ok := strings.Cut(pattern, "?")
	if ok {
		query, err = url.ParseQuery(raw)
	}
	return path, query, err
}
