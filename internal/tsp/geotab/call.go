package geotab

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

const apiPath = "/apiv1"

// call is one piece of work on a session, with its pacer and what its last answer said.
type call struct {
	session *session
	pace    tsp.Pacer
	// hidden are texts that no error may show.
	hidden  []string
	status  int
	headers http.Header
	// kind is the type of the error that the last call was answered with, "" for none.
	kind string
	// most bounds what is read of an answer, in bytes; 0 is the usual bound.
	most int64
	// foreseen stands for the result in a preview; see rest.Call.
	foreseen any
}

// request is the body of every call.
type request struct {
	Method string         `json:"method"`
	Params map[string]any `json:"params"`
}

// call makes one call of the API with the session's credentials. A session that Geotab does
// not know is replaced once, and so is the server of a database that has moved.
func (c *call) call(ctx context.Context, method, entity string, params map[string]any) (jsontext.Value, error) {
	c.kind = ""
	login, err := c.session.login(ctx, c.pace, tsp.Credentials{})
	if err != nil {
		return nil, err
	}
	result, err := c.once(ctx, login, method+" "+entity, request{method, with(params, login)})
	if !c.signInAgain(err) {
		return result, err
	}
	if login, err = c.session.login(ctx, c.pace, login); err != nil {
		return nil, err
	}
	return c.once(ctx, login, method+" "+entity, request{method, with(params, login)})
}

// signInAgain tells whether a call failed because of its session and not because of what it
// asked for, nor because the account cannot be used: signing in again would not open that.
func (c *call) signInAgain(err error) bool {
	var e *tsp.Error
	if !errors.As(err, &e) {
		return false
	}
	return e.Class == tsp.Unauthorized && (c.kind == "InvalidUserException" || c.kind == "") || moved(c.kind, e.Message)
}

// with adds the session to the parameters of a call.
func with(params map[string]any, login tsp.Credentials) map[string]any {
	out := map[string]any{"credentials": map[string]string{
		"database": login.Get("database"), "userName": login.Get("username"), "sessionId": login.Get(sessionID)}}
	for name, value := range params {
		out[name] = value
	}
	return out
}

func (c *call) once(ctx context.Context, login tsp.Credentials, limit string, body request) (jsontext.Value, error) {
	c.kind = ""
	if err := c.pace.Wait(ctx, limit); err != nil {
		return nil, &tsp.Error{Class: tsp.Unavailable, Message: "the call ended before the request was sent", Err: err}
	}
	return c.post(ctx, c.session.line(login, c.hidden), body)
}

// post sends one call and reads its result, which is empty where the method has none.
func (c *call) post(ctx context.Context, line rest.Line, body request) (jsontext.Value, error) {
	line.Answers = answers(&c.kind)
	call := rest.Call{Method: http.MethodPost, Path: apiPath, Body: body, Reads: body.Method != add && body.Method != set, Most: c.most}
	if c.foreseen != nil {
		call.Foreseen = map[string]any{"result": c.foreseen}
	}
	a, err := line.Send(ctx, call)
	if err != nil {
		return nil, c.failed(err)
	}
	c.status, c.headers = a.Status, a.Headers
	answer, err := rest.Decode[struct {
		Result  jsontext.Value `json:"result"`
		JSONRPC string         `json:"jsonrpc"`
	}](a)
	if err == nil && len(answer.Result) == 0 && answer.JSONRPC == "" {
		// Set succeeds without a result, and then the version alone tells whose answer it is.
		err = a.Unconfirmed("the answer is none of Geotab's", nil)
	}
	if err != nil {
		return nil, c.failed(err)
	}
	return answer.Result, nil
}

// failed completes the end of a call: a quota that names no time is over after its period.
func (c *call) failed(err error) error {
	var e *tsp.Error
	if !errors.As(err, &e) {
		return err
	}
	out := *e
	c.status, c.headers = e.Status, e.Headers
	if out.Class == tsp.Throttled && out.RetryAfter == 0 {
		out.RetryAfter = quotaPeriod(e.Message)
	}
	return &out
}

// get reads the entities that a search finds.
func get[T any](ctx context.Context, c *call, entity string, search any) ([]T, error) {
	return query[T](ctx, c, map[string]any{"typeName": entity, "search": search, "resultsLimit": maxFound}, entity)
}

// maxFound bounds what a search for one thing may find.
const maxFound = 500

// wanted is a search of entities of a type.
type wanted struct {
	entity string
	by     any
}

// search looks for what is ours among what a search finds. One that finds as much as it may could
// have cut ours off.
func search[T any](ctx context.Context, c *call, of wanted, ours func(T) bool) (one T, found bool, err error) {
	all, err := get[T](ctx, c, of.entity, of.by)
	if err != nil {
		return one, false, err
	}
	if i := slices.IndexFunc(all, ours); i >= 0 {
		return all[i], true, nil
	}
	if len(all) >= maxFound {
		err = &tsp.Error{Class: tsp.Unknown, Message: fmt.Sprintf("Geotab found %d %s entities, "+
			"which is as many as are read, and ours may be behind them", len(all), of.entity)}
	}
	return one, false, err
}

func query[T any](ctx context.Context, c *call, params map[string]any, entity string) ([]T, error) {
	result, err := c.call(ctx, "Get", entity, params)
	if err != nil {
		return nil, err
	}
	var all []T
	if err := unmarshal(result, &all); err != nil {
		return nil, c.broken("Geotab's answer has an unexpected shape", err)
	}
	return all, nil
}

// broken is an answer that has not the shape that Geotab documents.
func (c *call) broken(message string, err error) error {
	return &tsp.Error{Class: tsp.Broken, Message: message, Status: c.status, Err: err}
}

func unmarshal(raw jsontext.Value, into any) error {
	if len(raw) == 0 {
		return errors.New("the answer has no result")
	}
	return json.Unmarshal(raw, into)
}
