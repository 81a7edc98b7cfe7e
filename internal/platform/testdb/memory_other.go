//go:build !linux

package testdb

// roomyMemory is "": only Linux has a folder in memory that is always there.
func roomyMemory() string { return "" }
