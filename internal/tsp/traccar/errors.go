package traccar

import (
	"net/http"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// class reads what a stack trace begins with. Missing rights are 400 as well, and a token that
// the server did not sign fails in whatever way its first bytes lead to (ResourceErrorHandler,
// CryptoManager.verify).
func class(a rest.Answer) tsp.Class {
	if a.Status != http.StatusBadRequest && a.Status != http.StatusInternalServerError {
		return ""
	}
	head := firstLine(a.Body)
	switch {
	case strings.Contains(head, "SignatureException"), strings.Contains(head, "NegativeArraySizeException"),
		strings.Contains(head, "ArrayIndexOutOfBoundsException"):
		return tsp.Unauthorized
	case strings.Contains(head, "java.lang.SecurityException"):
		return tsp.Forbidden
	}
	return ""
}

// maxMessage bounds what is told of an error, in bytes.
const maxMessage = 300

// message returns what the server says is wrong: the first line of the trace without the class.
func message(a rest.Answer) string {
	said := firstLine(a.Body)
	if strings.HasPrefix(said, "<") || strings.HasPrefix(said, "{") || strings.HasPrefix(said, "[") {
		return ""
	}
	for _, broken := range []string{"Unique index", "Duplicate entry", "duplicate key value violates unique constraint"} {
		if strings.Contains(said, broken) {
			return "another record has this identifier (uniqueId) already"
		}
	}
	if exception, text, ok := strings.Cut(said, ": "); ok && !strings.Contains(exception, " ") {
		said = text
	}
	return said[:min(len(said), maxMessage)]
}

func firstLine(body []byte) string {
	line, _, _ := strings.Cut(string(body), "\n")
	return strings.TrimSpace(line)
}
