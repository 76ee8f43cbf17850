package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/user"
	"strings"

	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/cli"
	"github.com/waybill-dev/waybill/internal/config"
)

// environment is what every command can use.
type environment struct {
	ctx    context.Context
	config config.Config
	log    *slog.Logger
	// session asks people.
	session *cli.Session
	// environ is the environment as os.Environ has it, and wrong what is wrong with its variables.
	environ []string
	wrong   []error
}

func newEnvironment(ctx context.Context, environ []string) *environment {
	c, wrong := config.FromEnv(environ, app.TSPs())
	log := slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: c.LogLevel}))
	who := audit.Actor{Name: audit.Operator}
	if u, err := user.Current(); err == nil {
		who.Name += ":" + u.Username
	}
	return &environment{audit.By(ctx, who), c, log, &cli.Session{Context: ctx, Out: os.Stdout, Err: os.Stderr, Getenv: os.Getenv}, environ, wrong}
}

// need is what a command asks of a setting that others can do without.
type need func(config.Config) error

// settings returns everything that is wrong with the settings, as one error, before a command does
// anything by them. What they open beyond need is logged.
func (e *environment) settings(needs ...need) error {
	wrong := e.wrong
	for _, of := range needs {
		if err := of(e.config); err != nil {
			wrong = append(wrong, err)
		}
	}
	switch len(wrong) {
	case 0:
		for _, text := range e.config.Warnings() {
			e.log.Warn("a setting opens more than it may be meant to", "setting", text)
		}
		return nil
	case 1:
		return misuse{"a setting is wrong, and nothing was done: " + wrong[0].Error()}
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%d settings are wrong, and nothing was done:", len(wrong))
	for _, one := range wrong {
		fmt.Fprintf(&text, "\n  %v", one)
	}
	return misuse{text.String()}
}

// listensAt asks that --addr, if it is given, is an address.
func listensAt(addr string) need {
	return func(config.Config) error {
		if addr == "" {
			return nil
		}
		if err := config.CheckAddr(addr); err != nil {
			return fmt.Errorf("--addr %w", err)
		}
		return nil
	}
}

// misuse is the end of a command that was given what it cannot work by.
type misuse struct{ text string }

// Error says what is wrong.
func (m misuse) Error() string { return m.text }
