package samsara

import (
	"fmt"
	"net/http"
	"strings"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// class looks for what the status alone does not tell: the legacy endpoints answer 400 to
// everything and name the gRPC code in plain text, as in "rpc error: code = NotFound desc =
// ..." (seen in captured traffic). Wording is not contractual at
// Samsara, so only codes that change what happens next are read.
//
// Three of them pass by themselves, and none proves that nothing was done: a call whose deadline is exceeded may
// have been taken, one to what is unavailable is not always safe to repeat, and resources are also said to be
// exhausted when an answer is too large (https://grpc.io/docs/guides/status-codes/, 2026-11-27). So the write is
// looked for.
func class(a rest.Answer) tsp.Class {
	if a.Status != http.StatusBadRequest {
		return ""
	}
	switch code, _, _ := strings.Cut(after(string(a.Body), "rpc error: code = "), " "); code {
	case "NotFound":
		return tsp.Missing
	case "PermissionDenied":
		return tsp.Forbidden
	case "Unavailable", "DeadlineExceeded", "ResourceExhausted":
		return tsp.Unknown
	}
	return ""
}

// after returns what follows a mark in a text; "" if the mark is not in it.
func after(text, mark string) string {
	_, rest, _ := strings.Cut(text, mark)
	return rest
}

// message returns what Samsara says, with the handles that its support asks for and, where
// the token lacks a permission, the box to tick. A page that forbids is a firewall's, of which nothing is known.
func message(a rest.Answer) string {
	if a.Status == http.StatusForbidden && strings.HasPrefix(strings.TrimSpace(string(a.Body)), "<") {
		return ""
	}
	said, id := said(a)
	if id == "" {
		id = a.Headers.Get("Request-Id")
	}
	if said == "" {
		said = fmt.Sprintf("Samsara answered %d %s", a.Status, http.StatusText(a.Status))
	}
	if strings.Contains(said, "tagIds") && a.Status < http.StatusInternalServerError {
		said += " (set the connection's settings " + settingTags + " for new records and " + settingTagScoped + " for updates)"
	}
	if scope := scope(a.Method, a.Path); a.Status == http.StatusForbidden && scope != "" {
		said += fmt.Sprintf(" (the API token needs the permission %q)", scope)
	}
	if id != "" {
		said += " (request id " + id + ")"
	}
	return said
}

func said(a rest.Answer) (message, requestID string) {
	var body struct {
		Message   string `json:"message"`
		RequestID string `json:"requestId"`
	}
	if json.Unmarshal(a.Body, &body) == nil {
		return body.Message, body.RequestID
	}
	text := strings.TrimSpace(string(a.Body))
	// A page or an object is nothing to show people in one line.
	if strings.HasPrefix(text, "<") || strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[") {
		return "", ""
	}
	// Plain text comes as it is or as a JSON string.
	var quoted string
	if json.Unmarshal(a.Body, &quoted) == nil {
		text = quoted
	}
	return text, ""
}

// scope names the permission of an API token that a call needs
// (https://developers.samsara.com/docs/authentication, 2026-11-23).
func scope(method, path string) string {
	verb := "Write "
	if method == http.MethodGet {
		verb = "Read "
	}
	for _, of := range []struct{ prefix, name string }{
		{mePath, "Org Information"}, {messagesPath, "Messages"}, {vehiclesPath, "Vehicles"}, {trailersPath, "Trailers"},
		{driversPath, "Drivers"}, {usersPath, "Users"}, {rolesPath, "Users"}, {tagsPath, "Tags"},
		{attributesPath, "Attributes"}, {assetsPath, "Assets"}, {dvirsPath, "DVIRs"}, {fuelPath, "Fuel Purchase"},
		{assignmentsPath, "Assignments"},
	} {
		if strings.HasPrefix(path, of.prefix) {
			return verb + of.name
		}
	}
	return ""
}
