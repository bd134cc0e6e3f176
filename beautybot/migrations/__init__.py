"""The history of the tables: each file in versions/ takes the database one step forward."""
