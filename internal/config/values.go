package config

import (
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"time"
)

// duration takes a time that is not shorter than least and not longer than most: behind that a mistake
// is likelier than a wish.
func duration(least, most time.Duration, of func(*Config) *time.Duration) func(*Config, string) error {
	return func(c *Config, text string) error {
		d, err := time.ParseDuration(text)
		if err != nil {
			return fmt.Errorf("is %q; write a time with its unit, such as 30s, 10m or 72h", text)
		}
		if d < least {
			return fmt.Errorf("is %s; set at least %s, or leave it out for its default", text, least)
		}
		if d > most {
			return fmt.Errorf("is %s; set at most %s, or leave it out for its default", text, most)
		}
		*of(c) = d
		return nil
	}
}

// mostCounted is more than a process can hold of anything that is counted.
const mostCounted = 1_000_000

// number takes a whole number from 1 to mostCounted.
func number(of func(*Config) *int) func(*Config, string) error {
	return func(c *Config, text string) error {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > mostCounted {
			return fmt.Errorf("is %q; write a whole number from 1 to %d, or leave it out for its default", text, mostCounted)
		}
		*of(c) = n
		return nil
	}
}

// days takes a whole number of days, of which 0 is none.
func days(of func(*Config) *int) func(*Config, string) error {
	return func(c *Config, text string) error {
		const most = 3650
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || n > most {
			return fmt.Errorf("is %q; write a whole number of days from 1 to %d, such as 14, or 0 to keep none", text, most)
		}
		*of(c) = n
		return nil
	}
}

// CheckAddr tells what is wrong with an address to listen at; its error goes on behind a name.
func CheckAddr(text string) error {
	_, port, err := net.SplitHostPort(text)
	if err == nil && port != "" {
		_, err = net.LookupPort("tcp", port)
	}
	if err != nil || port == "" {
		return fmt.Errorf("is %q, which is no address; write host and port, such as 127.0.0.1:8080", text)
	}
	return nil
}

// choice reads one of two words, of which the second sets what the first leaves.
func choice(leaves, sets string, of func(*Config) *bool) func(*Config, string) error {
	return func(c *Config, text string) error {
		word := strings.ToLower(text)
		if word != leaves && word != sets {
			return fmt.Errorf("is %q; set %s or %s", text, leaves, sets)
		}
		*of(c) = word == sets
		return nil
	}
}

func readLevel(c *Config, text string) error {
	levels := map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}
	level, ok := levels[strings.ToLower(text)]
	if !ok {
		return fmt.Errorf("is %q; set debug, info, warn or error", text)
	}
	c.LogLevel = level
	return nil
}
