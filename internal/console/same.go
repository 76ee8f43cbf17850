package console

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
)

// same is a text for a shell by which the write of an operation is made once more.
type same struct{ Word, Text, Says string }

// again are the ways to ask for the same write as its caller has, without secrets; nil for whoever may not read it, or where
// it cannot be read any more. partly tells that a part of it has reached the TSP.
func (n *namer) again(op operation.Operation, partly bool) (all []same) {
	text := strings.TrimSpace(string(body(op)))
	if !n.open || text == "" {
		return nil
	}
	all = []same{
		{"Copy as curl", asCurl(op, text), "Makes a new write. WAYBILL is the address of this gateway, and TOKEN a token of a client of the partner."},
		{"Copy as command", asCommand(op, text), "Makes a new write, by the client of the profile that is chosen."}}
	if op.State == operation.Failed && !op.IsUnknown() && op.RetriedBy == uuid.Nil && !partly && n.closed(op) == "" {
		all = append(all, same{"Copy the retry", "waybill op retry " + op.ID.String(), "Makes a new write that is linked to this one."})
	}
	return all
}

// target is the id in the path of an update, which may be that of the operation that makes its record; zero for a create.
func target(op operation.Operation) uuid.UUID {
	if isUpdate(op) && op.Resource == uuid.Nil && len(op.Awaits) > 0 {
		return op.Awaits[0]
	}
	if isUpdate(op) {
		return op.Resource
	}
	return uuid.Nil
}

// asCurl is a call of the API.
func asCurl(op operation.Operation, body string) string {
	method, path, q := http.MethodPost, "/v2/telematics/"+op.Kind.Facts().Plural, url.Values{}
	if id := target(op); id != uuid.Nil {
		method, path = http.MethodPatch, path+"/"+id.String()
	}
	if op.Sync {
		q.Set("is_sync", "true")
	}
	if op.Verify {
		q.Set("verify", "true")
	}
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	return "curl -X " + method + " \"$WAYBILL" + path + "\" \\\n  -H \"Authorization: Bearer $TOKEN\" \\\n" +
		"  -H 'Content-Type: application/json' \\\n  --data-raw " + quotedForShell(body)
}

// asCommand is a call of the command line. The body comes by the input: JSON has no line that is END alone.
func asCommand(op operation.Operation, body string) string {
	text := "waybill write " + strings.ReplaceAll(string(op.Kind), "_", "-")
	if id := target(op); id != uuid.Nil {
		text += " " + id.String()
	}
	if op.Sync {
		text += " --sync"
	}
	if op.Verify {
		text += " --verify"
	}
	return text + " --file - <<'END'\n" + body + "\nEND"
}

// quotedForShell is a text as a shell takes it word for word.
func quotedForShell(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
