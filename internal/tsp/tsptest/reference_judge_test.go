package tsptest

import (
	"io"
	"net/http"
	"strings"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/tsp"
)

const maxReply = 1 << 18

// judge reads and classifies an answer.
func (l *link) judge(r request, sent *http.Request, answer *http.Response) (reply, *tsp.Error) {
	headers := answer.Header.Clone()
	for _, values := range headers {
		for i := range values {
			values[i] = l.redact(values[i])
		}
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxReply+1))
	class := tsp.ClassOf(answer.StatusCode)
	if strings.HasPrefix(string(body), "<") && !l.reference.has(believesPages) {
		class = tsp.ClassOfPage(answer.StatusCode)
	}
	message := l.redact(string(body[:min(len(body), 200)]))
	if isJSON(body) && !l.reference.has(tellsAnswers) {
		message = l.said(body)
	}
	if l.reference.has(mute) {
		message = "refused"
	}
	if l.reference.has(tellsToken) && answer.StatusCode == http.StatusConflict {
		message = "conflict for " + sent.Header.Get("Authorization")
	}
	switch {
	case class == tsp.Missing && l.reference.has(missingIsRejected):
		class = tsp.Rejected
	case answer.StatusCode == http.StatusRequestTimeout && l.reference.has(timeoutIsRejected):
		class = tsp.Rejected
	}
	out := reply{answer.StatusCode, headers, body}
	if class == tsp.Done {
		class, message = l.confirm(r, body, err)
	}
	if unchanged := string(body) == `{"error":"unchanged"}`; unchanged && l.reference.has(failsDone) {
		return out, fails(tsp.Done, message)
	} else if unchanged && !l.reference.has(refusesUnchanged) {
		return out, nil
	}
	if class == tsp.Done {
		return out, nil
	}
	if class == tsp.Unknown {
		class = l.unsure(r)
	}
	return out, &tsp.Error{Class: class, Message: message, Status: answer.StatusCode, Headers: headers,
		RetryAfter: l.retryAfter(answer)}
}

// confirm looks whether an answer of 2xx says what it should.
func (l *link) confirm(r request, body []byte, broke error) (tsp.Class, string) {
	cut := r.method != http.MethodGet && l.reference.has(trustsCutOff) || r.method == http.MethodGet && l.reference.has(trustsCutOffLists)
	if cut && strings.HasSuffix(string(body), `28147`) {
		return tsp.Done, ""
	}
	var said struct {
		ID    string         `json:"id"`
		Name  string         `json:"name"`
		Token string         `json:"token"`
		Items jsontext.Value `json:"items"`
		Error jsontext.Value `json:"error"`
	}
	switch {
	case r.only() && len(body) > maxReply && !l.reference.has(retriesLongLists):
		return tsp.Broken, "the answer is too long"
	case broke != nil || len(body) > maxReply || json.Unmarshal(body, &said) != nil:
		return tsp.Unknown, "the answer cannot be read"
	case len(said.Error) > 0:
		return l.errorClass(string(said.Error)), l.redact(string(said.Error))
	case l.reference.has(trustsAnyJSON):
		return tsp.Done, ""
	case said.Name != "" && r.method != http.MethodGet && l.reference.has(expectsBrief):
		return tsp.Unknown, "the answer holds more than the id"
	case said.ID == "" && said.Token == "" && said.Items == nil:
		return tsp.Unknown, "the answer confirms nothing"
	}
	return tsp.Done, ""
}

// said is what an answer says is wrong.
func (l *link) said(body []byte) string {
	var no struct {
		Error any `json:"error"`
	}
	_ = json.Unmarshal(body, &no)
	text, ok := no.Error.(string)
	if !ok {
		text = "refused"
	}
	return l.redact(text)
}

// errorClass is what an error with status 200 means.
func (l *link) errorClass(said string) tsp.Class {
	switch {
	case said == `"too fast"`:
		return tsp.Throttled
	case said == `"no session"`:
		return tsp.Unauthorized
	case l.reference.has(trustsErrors):
		return tsp.Done
	}
	return tsp.Rejected
}
