// Package catenasimulator is the adapter for Catena Simulator.
//
// It is the tutorial's (docs/adding-a-tsp.md): no such TSP exists.
package catenasimulator

import (
	"time"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// settingOrganisation is the key of a setting.
const settingOrganisation = "organisation"

const docs = "https://docs.catena-simulator.example/api"

func spec() tsp.Spec {
	return tsp.Spec{
		Name:        "catena_simulator",
		DisplayName: "Catena Simulator",
		BaseURL:     "https://api.catena-simulator.example",
		Docs:        []tsp.Doc{{Title: "API reference", URL: docs, Verified: "2026-11-25"}},
		Credentials: []tsp.CredentialKind{tsp.CredentialKindOf("token")},
		Parallel:    2,
		// It says that calls may take a minute and a half.
		Patience:          2 * time.Minute,
		Settings:          []tsp.Setting{{Key: settingOrganisation, Label: "Organisation that sends the messages (id)", Type: tsp.TextSetting}},
		Imports:           imports(),
		NotImported:       notImported(),
		SampleSettings:    tsp.Settings{settingOrganisation: "org-1"},
		SampleCredentials: tsp.Credentials{Kind: "token", Fields: map[string]string{"token": "catena-simulator-demo-token"}},
	}
}

// limits holds each rate with the page that documents it, or why it is assumed.
func limits() []rest.Limit {
	return []rest.Limit{{Limit: tsp.Limit{Key: "account", Scope: tsp.PerAccount, Events: 60, Period: time.Minute, Burst: 10, AtOnce: 2,
		Source: docs + "#limits"}}}
}
