package sim

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// The codes of JSON-RPC that were seen; those of other exceptions are not documented.
const (
	codeGeneral = -32000
	codeMethod  = -32601
	codeJSON    = -32700
)

// exception is the type of an exception, as the cause of a refusal.
type exception string

// The types of exceptions that more than one place throws.
const (
	typeArgument    exception = "ArgumentException"
	typeNull        exception = "ArgumentNullException"
	typeRange       exception = "ArgumentOutOfRangeException"
	typeCast        exception = "InvalidCastException"
	typeMember      exception = "MissingMemberException"
	typeMethod      exception = "MissingMethodException"
	typeOperation   exception = "InvalidApiOperationException"
	typeJSON        exception = "JsonSerializerException"
	typeUser        exception = "InvalidUserException"
	typePermissions exception = "InvalidPermissionsException"
	typeDuplicate   exception = "DuplicateException"
	typeOverLimit   exception = "OverLimitException"
	typeDatabase    exception = "DbUnavailableException"
	typeRelation    exception = "RelationViolatedException"
	typeGeneric     exception = "GenericException"
)

// Error is the type.
func (e exception) Error() string { return string(e) }

// throw makes an answer other than success. Texts of Geotab's own stand where a source shows them.
func throw(kind exception, format string, args ...any) error {
	return coded(codeGeneral, kind, fmt.Sprintf(format, args...))
}

func coded(code int, kind exception, message string) error {
	return &simkit.Refusal{Status: http.StatusOK, Code: code, Message: message, Cause: kind}
}

func argument(format string, args ...any) error { return throw(typeArgument, format, args...) }

// badLogin is the answer to a wrong password and to a dead session alike.
func badLogin(database string) error { return throw(typeUser, "%s", wrongLogin(database)) }

func wrongLogin(database string) string { return "Incorrect login credentials @ '" + database + "'" }

// thrown is a refusal as an exception; "" is one of the server in front of Geotab.
func thrown(no *simkit.Refusal) (kind exception, message string) {
	if kind, ok := errors.AsType[exception](no); ok {
		return kind, no.Message
	}
	taken, isTaken := errors.AsType[*simkit.TakenError](no)
	switch {
	case isTaken:
		return typeDuplicate, fmt.Sprintf("%s %s already has the same %s", taken.Collection, taken.ID, taken.Key)
	case no.Invalid:
		return typeMember, no.Message + " in params"
	case no.Status == http.StatusUnauthorized:
		return typeUser, no.Message
	case no.Status == http.StatusTooManyRequests:
		return typeOverLimit, no.Message
	case no.Cause != nil:
		return typeGeneric, no.Message
	}
	return "", ""
}
