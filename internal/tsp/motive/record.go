package motive

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// decoded reads the id of a written record within its envelope.
func decoded(envelope, collection string) func(tsp.Write, rest.Answer) (tsp.Written, error) {
	return func(w tsp.Write, a rest.Answer) (tsp.Written, error) {
		id, err := idIn(a, envelope)
		switch {
		case err != nil:
			return tsp.Written{}, err
		case w.Verb == resource.Update && id != w.Target:
			return tsp.Written{}, a.Unexpected("Motive answered with another "+envelope, nil)
		}
		return tsp.Written{SourceID: id, Collection: collection}, nil
	}
}

func idIn(a rest.Answer, envelope string) (resource.SourceID, error) {
	body, err := rest.Decode[map[string]jsontext.Value](a)
	if err != nil {
		return "", err
	}
	var made struct {
		ID int64 `json:"id"`
	}
	if json.Unmarshal(body[envelope], &made) != nil || made.ID == 0 {
		return "", a.Unconfirmed("Motive's answer holds no id of a "+envelope, nil)
	}
	return resource.SourceID(strconv.FormatInt(made.ID, 10)), nil
}

// findMarked looks a record up by the operation's mark among its external ids.
func findMarked(path, envelope, collection string) func(context.Context, rest.Send, tsp.Write) (tsp.Written, bool, error) {
	return func(ctx context.Context, send rest.Send, w tsp.Write) (tsp.Written, bool, error) {
		a, err := send(ctx, rest.Call{Method: http.MethodGet, Path: path + "/lookup_by_external_id",
			Query: url.Values{"external_id": {mark(w.Operation)}, "integration_name": {operationMark}}})
		var e *tsp.Error
		if errors.As(err, &e) && e.Class == tsp.Missing {
			return tsp.Written{}, false, nil
		}
		if err != nil {
			return tsp.Written{}, false, err
		}
		id, err := idIn(a, envelope)
		if err == nil && !bears(a, envelope, mark(w.Operation)) {
			err = a.Unconfirmed("Motive answered with a "+envelope+" of another external id", nil)
		}
		return tsp.Written{SourceID: id, Collection: collection, Status: a.Status, Headers: a.Headers}, err == nil, err
	}
}

// bears tells whether a record has an external id, as far as it shows any.
func bears(a rest.Answer, envelope, id string) bool {
	body, err := rest.Decode[map[string]jsontext.Value](a)
	var shown struct {
		ExternalIDs []externalID `json:"external_ids"`
	}
	if err != nil || json.Unmarshal(body[envelope], &shown) != nil || len(shown.ExternalIDs) == 0 {
		return true
	}
	return slices.ContainsFunc(shown.ExternalIDs, func(one externalID) bool {
		return one.IntegrationName == operationMark && one.ExternalID == id
	})
}

// check asks which company the credentials belong to, once its groups are such as it can have.
func check(ctx context.Context, send rest.Send, settings tsp.Settings) (tsp.Account, error) {
	for _, id := range settings.List(settingGroups) {
		if _, err := number(resource.SourceID(id)); err != nil {
			return tsp.Account{}, &tsp.Error{Class: tsp.Rejected, Setting: settingGroups,
				Message: strconv.Quote(id) + " is no id of a group at Motive, which is a whole number"}
		}
	}
	a, err := send(ctx, rest.Call{Method: http.MethodGet, Path: companiesPath})
	if err != nil {
		return tsp.Account{}, err
	}
	body, err := rest.Decode[struct {
		Companies []struct {
			Company struct {
				ID   int64  `json:"id"`
				Name string `json:"name"`
			} `json:"company"`
		} `json:"companies"`
	}](a)
	if err != nil {
		return tsp.Account{}, err
	}
	if len(body.Companies) == 0 || body.Companies[0].Company.ID == 0 {
		return tsp.Account{}, a.Unexpected("Motive did not tell the company", nil)
	}
	company := body.Companies[0].Company
	return tsp.Account{Key: strconv.FormatInt(company.ID, 10), Name: company.Name}, nil
}
