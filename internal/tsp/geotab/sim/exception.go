package sim

import (
	"errors"
	"fmt"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// The codes of JSON-RPC that were seen; those of other exceptions are not documented.
const (
	codeGeneral = -32000
	codeMethod  = -32601
	codeJSON    = -32700
)

// The types of exceptions that more than one place throws.
const (
	typeArgument    = "ArgumentException"
	typeNull        = "ArgumentNullException"
	typeRange       = "ArgumentOutOfRangeException"
	typeCast        = "InvalidCastException"
	typeMember      = "MissingMemberException"
	typeMethod      = "MissingMethodException"
	typeOperation   = "InvalidApiOperationException"
	typeJSON        = "JsonSerializerException"
	typeUser        = "InvalidUserException"
	typePermissions = "InvalidPermissionsException"
	typeDuplicate   = "DuplicateException"
	typeOverLimit   = "OverLimitException"
	typeDatabase    = "DbUnavailableException"
	typeRelation    = "RelationViolatedException"
)

// exception is an answer other than success. Texts in quotation of Geotab's own stand where a source shows them.
type exception struct {
	kind    string
	message string
	code    int
	// index is the place of the failed call in a multicall.
	index int
	// retryAfter is in seconds; only with exceeded rate limits.
	retryAfter int64
}

func (e *exception) Error() string { return e.kind + ": " + e.message }

func throw(kind, format string, args ...any) error {
	return &exception{kind: kind, message: fmt.Sprintf(format, args...), code: codeGeneral}
}

func argument(format string, args ...any) error { return throw(typeArgument, format, args...) }

// badLogin is the answer to a wrong password and to a dead session alike.
func badLogin(database string) error {
	return throw(typeUser, "Incorrect login credentials @ '%s'", database)
}

// exceptionOf turns any error into an exception.
func exceptionOf(err error) *exception {
	var e *exception
	if errors.As(err, &e) {
		return e
	}
	var taken *simkit.TakenError
	if errors.As(err, &taken) {
		return &exception{kind: typeDuplicate, code: codeGeneral,
			message: fmt.Sprintf("%s %s already has the same %s", taken.Collection, taken.ID, taken.Key)}
	}
	return &exception{kind: "GenericException", code: codeGeneral, message: err.Error()}
}
