"""The reports of `penfriend.domain.exports`: where each column comes from, said once; read by day for files
(`days`), and as views of the database (`views`)."""
