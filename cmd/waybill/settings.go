package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/config"
)

type settingsCommand struct {
	Name string `arg:"" optional:"" help:"Tell what this one is, such as WAYBILL_MAX_AGE or max_age."`

	Check bool `help:"Tell only what is wrong with their form, as waybill serve would, and end with 2 if anything is."`
}

// Help teaches the command.
func (settingsCommand) Help() string {
	return `Lists every variable of the environment that waybill serve is configured by, with what it is set to here and
with its default. Keys, secrets and passwords are not shown. Changes nothing and needs no database.`
}

// Validate refuses a name that would have no effect.
func (s settingsCommand) Validate() error {
	if s.Check && s.Name != "" {
		return fmt.Errorf("--check is of all settings together; leave out %s, or --check", s.Name)
	}
	return nil
}

// Run tells of the settings.
func (s settingsCommand) Run(e *environment) error {
	if s.Check {
		if err := e.settings(serves()...); err != nil {
			return err
		}
		fmt.Fprintln(e.session.Out, "the settings are well-formed; whether what they name can be reached shows when waybill serve starts")
		return nil
	}
	given := config.Given(e.environ, app.TSPs())
	if s.Name == "" {
		return listSettings(e.session.Out, given)
	}
	one, err := config.SettingNamed(s.Name, app.TSPs())
	if err != nil {
		return misuse{err.Error()}
	}
	for _, name := range namesOf(one, given) {
		fmt.Fprintf(e.session.Out, "%s: %s\n", name, dash(given[name]))
	}
	fmt.Fprintf(e.session.Out, "default: %s\n\n%s\n", dash(one.Default), one.Plain())
	return nil
}

// listSettings writes a line for each variable, by the groups in which the documentation has them.
func listSettings(to io.Writer, given map[string]string) error {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	group := ""
	for _, s := range config.Settings() {
		if s.Group != group {
			if group != "" {
				fmt.Fprintln(w, "\t\t")
			}
			group = s.Group
			fmt.Fprintf(w, "%s\tSET TO\tDEFAULT\n", strings.ToUpper(group))
		}
		for _, name := range namesOf(s, given) {
			fmt.Fprintf(w, "%s\t%s\t%s\n", name, dash(given[name]), dash(s.Default))
		}
	}
	fmt.Fprintln(w, "\nwaybill settings NAME tells what one is.")
	return w.Flush()
}

// namesOf are the variables of a setting; of those that each TSP has, the ones that are set.
func namesOf(s config.Setting, given map[string]string) (names []string) {
	for name := range given {
		if s.Of(name) && !slices.Contains(s.Names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return append(names, s.Names...)
}
