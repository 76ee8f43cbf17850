package motive

import (
	"net/http"
	"strings"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// errorClass knows refused keys, which Motive was seen to answer with 400 as well as with 401. To the caller
// they are the connection's trouble, not that of the write.
func errorClass(a rest.Answer) tsp.Class {
	if a.Status == http.StatusBadRequest && strings.Contains(strings.ToLower(said(a)), "invalid api key") {
		return tsp.Unauthorized
	}
	return ""
}

// message returns what Motive says is wrong, with what its support asks for.
func message(a rest.Answer) string {
	text := said(a)
	if text == "" {
		return ""
	}
	if scope := scope(a.Method, a.Path); a.Status == http.StatusForbidden && scope != "" {
		text += " (the credentials need the scope " + scope + ")"
	}
	if a.Status < http.StatusInternalServerError && strings.Contains(text, "group_ids") {
		text += " (new records are in the groups that the connection's setting " + settingGroups + " names)"
	}
	if a.Status == http.StatusNotFound && scope(a.Method, a.Path) != "" {
		text += " (so is what lies outside of the groups that an API key is restricted to, see " + scopingPage + ")"
	}
	if id := a.Headers.Get("X-Request-Id"); id != "" {
		text += " (request id " + id + ")"
	}
	return text
}

// said reads an error. They come in four forms: error_message, error as text, error as an object
// with a message, and messages.
func said(a rest.Answer) string {
	var body struct {
		ErrorMessage string         `json:"error_message"`
		Error        jsontext.Value `json:"error"`
		Description  string         `json:"error_description"`
		Messages     []string       `json:"messages"`
	}
	if json.Unmarshal(a.Body, &body) != nil {
		return ""
	}
	said := body.ErrorMessage
	if said == "" && len(body.Messages) > 0 {
		said = strings.Join(body.Messages, "; ")
	}
	if said == "" {
		said = errorText(body.Error)
	}
	if body.Description != "" {
		said += ": " + body.Description
	}
	return said
}

func errorText(raw jsontext.Value) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var nested struct {
		Message string `json:"message"`
	}
	if json.Unmarshal(raw, &nested) == nil {
		return nested.Message
	}
	return ""
}

// scope names what a call needs. Writing does not include reading.
func scope(method, path string) string {
	right := ".manage"
	if method == http.MethodGet {
		right = ".read"
	}
	for _, known := range []struct{ prefix, name string }{
		{vehiclesPath, "vehicles"}, {assetsPath, "assets"}, {usersPath, "users"}, {messagesPath, "messages"},
		{sendPath, "messages"}, {fuelPath, "fuel_purchases"}, {companiesPath, "companies"}, {groupsPath, "groups"},
		{inspectionsPath, "inspection_reports"},
	} {
		if strings.HasPrefix(path, known.prefix) {
			return known.name + right
		}
	}
	return ""
}
