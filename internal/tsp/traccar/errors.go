package traccar

import (
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// class reads the stack trace that an error is (ResourceErrorHandler, since 6.7.0). Missing rights are
// 400 as well. Wrong credentials are 401, but a token that the server did not sign fails in whatever way
// its first bytes lead to (CryptoManager.verify), so that only the frames of the trace tell where. A
// connection to a device that breaks may have taken the command before (BaseProtocol.sendDataCommand).
func class(a rest.Answer) tsp.Class {
	if a.Status != http.StatusBadRequest && a.Status != http.StatusInternalServerError {
		return ""
	}
	head := firstLine(a.Body)
	switch {
	case atSignIn(a):
		return signInClass(a)
	case strings.HasPrefix(head, "java.lang.SecurityException"):
		return tsp.Forbidden
	case strings.HasPrefix(head, "io.netty."), strings.HasPrefix(head, "java.nio."), strings.HasPrefix(head, "java.io."),
		strings.HasPrefix(head, "java.lang.RuntimeException: java.lang.InterruptedException"):
		return tsp.Unknown
	case strings.HasPrefix(head, storageError):
		return storageClass(a, head)
	}
	return ""
}

// theirs tells whether a 401 or 403 is the server's: a trace of the exception of that status (ResourceErrorHandler).
// A proxy before it says so in words of its own or in none.
func theirs(a rest.Answer) bool {
	return strings.HasPrefix(firstLine(a.Body), "jakarta.ws.rs.")
}

// signInClass is that of what went wrong before the server came to what was asked: the database, or
// else the credentials.
func signInClass(a rest.Answer) tsp.Class {
	switch body := string(a.Body); {
	case !strings.Contains(body, storageError):
		return tsp.Unauthorized
	case never(body):
		return tsp.Broken
	}
	return tsp.Unavailable
}

const storageError = "org.traccar.storage.StorageException"

// storageClass is that of what the database threw. What it refuses was not stored. A statement that it
// does not understand, such as one for a table that is not there, it never will. Whatever else befell it
// can have come after something was stored, such as between a device and its link to the user
// (BaseObjectResource.add); a read that failed so for no known reason is not repeated either.
func storageClass(a rest.Answer, head string) tsp.Class {
	switch {
	case never(head):
		return tsp.Broken
	case mentions(head, "constraint", "too long", "truncat", "invalid byte", "incorrect string"):
		return ""
	case a.Method == http.MethodGet && !mentions(head, "transient", "connection", "communications", "timeout",
		"timed out", "deadlock", "lock", "closed", "shut", "too many", "recovery", "read-only", "fatal"):
		return tsp.Broken
	}
	return tsp.Unknown
}

// never tells whether a database says that it does not understand a statement.
func never(text string) bool {
	return mentions(text, "syntaxerror", "syntax error", "invalid object name", "invalid column name") ||
		regexp.MustCompile(`(relation|column) .*does not exist`).MatchString(text)
}

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
	case a.Status == http.StatusUnauthorized:
		return "wrong user name or password, or an unknown token: it may have ended or been revoked, " +
			"the user may be disabled, and a user with one-time passwords needs a token"
	case strings.HasPrefix(said, "<"), strings.HasPrefix(said, "{"), strings.HasPrefix(said, "["):
		return ""
	case atSignIn(a) && !strings.Contains(string(a.Body), storageError):
		return "unknown token: the server takes only those that it made itself"
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
