package traccar

import (
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// class reads the stack trace that an error is. Missing rights are 400 as well
// (ResourceErrorHandler). A token that the server did not sign fails in whatever way its first
// bytes lead to (CryptoManager.verify), so that only the frames of the trace tell where. What the
// database refuses was not stored; whatever else befell it can have come after something was,
// such as between a device and its link to the user (BaseObjectResource.add). The same goes for a
// connection to a device that breaks (BaseProtocol.sendDataCommand).
func class(a rest.Answer) tsp.Class {
	if a.Status != http.StatusBadRequest && a.Status != http.StatusInternalServerError {
		return ""
	}
	head, stored := firstLine(a.Body), strings.Contains(string(a.Body), storageError)
	switch {
	case atSignIn(a) && stored:
		return tsp.Unavailable
	case atSignIn(a):
		return tsp.Unauthorized
	case strings.HasPrefix(head, "java.lang.SecurityException"):
		return tsp.Forbidden
	case strings.HasPrefix(head, "io.netty."), strings.HasPrefix(head, "java.nio."), strings.HasPrefix(head, "java.io."):
		return tsp.Unknown
	case strings.HasPrefix(head, storageError) && !mentions(head, "constraint", "too long", "truncat", "invalid byte", "incorrect string"):
		return tsp.Unknown
	}
	return ""
}

const storageError = "org.traccar.storage.StorageException"

// atSignIn tells whether the server failed before it came to what was asked.
func atSignIn(a rest.Answer) bool {
	return strings.Contains(string(a.Body), "SecurityRequestFilter.filter(")
}

// mentions looks for words of the databases that Traccar runs on.
func mentions(text string, words ...string) bool {
	text = strings.ToLower(text)
	return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(text, word) })
}

// maxMessage bounds what is told of an error, in bytes.
const maxMessage = 300

// message returns what the server says is wrong: the first line of the trace without the classes.
func message(a rest.Answer) string {
	said := firstLine(a.Body)
	switch {
	case strings.HasPrefix(said, "<"), strings.HasPrefix(said, "{"), strings.HasPrefix(said, "["):
		return ""
	case atSignIn(a) && !strings.Contains(string(a.Body), storageError):
		return "the server could not read the credentials; a token is one that it made itself"
	case mentions(said, "unique index", "duplicate entry", "violates unique constraint", "violation of unique key"):
		return "another record has this identifier (uniqueId) already"
	case mentions(said, "too long", "would be truncated"):
		return "a text is too long for the server: identifiers hold 128 characters, and all attributes of a record 4000 together"
	}
	said = said[len(regexp.MustCompile(`^([\w$]+(\.[\w$]+)+: )*`).FindString(said)):]
	return said[:min(len(said), maxMessage)]
}

func firstLine(body []byte) string {
	line, _, _ := strings.Cut(string(body), "\n")
	return strings.TrimSpace(line)
}
