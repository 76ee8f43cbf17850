package catenasimulator

import (
	"context"
	"net/http"
	"time"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// New returns the adapter.
func New() tsp.Adapter { return rest.New(config(time.Now)) }

func config(now func() time.Time) rest.Config {
	return rest.Config{
		Spec:    spec(),
		Auth:    rest.Login{Open: logIn, By: rest.HeaderPrefix("Authorization", "CAT ", tsp.AccessToken)},
		Limits:  limits(),
		Answers: rest.Answers{Class: class, Message: message},
		Check:   check,
		Writes:  writes(),
		Lists:   lists(),
		Records: records(),
		Now:     now,
	}
}

// logIn opens a session. It dies after five idle minutes, and the TSP does not say how long it lives.
func logIn(ctx context.Context, send rest.Send, c tsp.Credentials) (string, time.Duration, error) {
	a, err := send(ctx, rest.Call{Method: http.MethodPost, Path: "/login", Body: map[string]string{"token": c.Get("token")}})
	if err != nil {
		return "", 0, err
	}
	opened, err := rest.Decode[struct {
		Session string `json:"session"`
	}](a)
	return opened.Session, 0, err
}

// check proves the credentials and tells whose account they open. Messages can only be sent by that
// organisation.
func check(ctx context.Context, send rest.Send, settings tsp.Settings) (tsp.Account, error) {
	a, err := send(ctx, rest.Call{Method: http.MethodGet, Path: "/me"})
	if err != nil {
		return tsp.Account{}, err
	}
	me, err := rest.Decode[struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}](a)
	if own := settings.Text(settingOrganisation); err == nil && own != "" && own != me.ID {
		err = &tsp.Error{Class: tsp.Rejected, Setting: settingOrganisation, Message: "the account is of the organisation " + me.ID}
	}
	return tsp.Account{Key: me.ID, Name: me.Name}, err
}

// failure is what the TSP says is wrong. A code says more than the status.
type failure struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

func failureOf(a rest.Answer) failure {
	var f failure
	_ = json.Unmarshal(a.Body, &f) // What is no failure reads as an empty one.
	return f
}

// class is what the codes mean.
func class(a rest.Answer) tsp.Class {
	switch failureOf(a).Code {
	case 263: // there is nothing to change
		return tsp.Done
	case 401: // the session has died, which comes with status 200
		return tsp.Unauthorized
	}
	return ""
}

// message returns what the TSP says is wrong.
func message(a rest.Answer) string { return failureOf(a).Message }
