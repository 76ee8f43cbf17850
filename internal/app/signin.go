package app

import (
	"fmt"
	"time"

	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/console/signin"
	"github.com/waybill-dev/waybill/internal/operator"
	"github.com/waybill-dev/waybill/internal/outbound"
	"github.com/waybill-dev/waybill/internal/throttle"
)

// attempts are how often an address may try to sign in to the console. A code cannot be guessed, however often: it bounds
// what strangers have the database and the issuer do.
var attempts = throttle.Rate{Events: 30, Period: time.Minute}

// openDoor makes what knows the operators' sessions, and the gate before the console where one is served.
func (a *App) openDoor(p parts) error {
	c := a.config.Console
	a.door = operator.NewDoor(operator.DoorConfig{Kept: a.db, Life: c.Session, Idle: c.Idle, Now: a.now, Log: a.log})
	if a.dev || !c.On {
		return nil
	}
	if c.URL == "" && a.config.TLSCert == "" {
		a.log.Warn("the console lets nobody in but at this machine, since neither TLS nor where it is reached by TLS is set",
			"settings", "WAYBILL_TLS_CERT, WAYBILL_CONSOLE_URL")
	}
	issuer, err := a.operatorsIssuer(p)
	if err != nil {
		return err
	}
	by := limits(a.config)
	a.signIn, err = signin.New(signin.Config{Door: a.door, Issuer: issuer, URL: c.URL, From: by.From,
		Address: by.AddressOf, Requests: by.Address, Attempts: throttle.New(attempts, rememberedStrangers, time.Now),
		Now: a.now, Log: a.log})
	return err
}

// operatorsIssuer is where operators sign in as well; nil if none is set.
func (a *App) operatorsIssuer(p parts) (*signin.Issuer, error) {
	of := a.config.Console.OIDC
	if of.Issuer == "" {
		return nil, nil
	}
	secret, err := of.SecretText()
	if err != nil {
		return nil, err
	}
	roles := map[operator.Role][]string{}
	for name, groups := range of.Roles {
		role, err := operator.ParseRole(name)
		if err != nil {
			return nil, fmt.Errorf("the roles of the console: %w", err)
		}
		roles[role] = groups
	}
	return signin.NewIssuer(signin.IssuerConfig{URL: of.Issuer, ClientID: of.ClientID, Secret: secret, Scopes: of.Scopes,
		Console: a.config.Console.URL, GroupsClaim: of.GroupsClaim, Roles: roles, ViewersSee: of.ViewersSee,
		Sealer: a.keys.sealer, HTTP: outbound.TSP(p.policy, of.Issuer), Now: a.outside(), Log: a.log}), nil
}

// CheckConsole tells what is wrong with the settings of the console that only its files tell.
func CheckConsole(c config.Config) error {
	_, err := c.Console.OIDC.SecretText()
	return err
}
