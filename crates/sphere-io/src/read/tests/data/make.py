"""Writes the files beside this one: what pandas, pyarrow and polars make of the same small table.

    pip install pandas pyarrow polars && python make.py
"""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet

# x repeats, so that writers take a dictionary; y is missing once; 40 rows make two row groups.
x = np.tile([0.5, -0.25, 1.0, 0.0], 10)
y = np.arange(40) / 8
frame = pd.DataFrame({"x": x, "y": y.astype(np.float32)})
table = pa.table({"x": pa.array(x), "y": pa.array(y, pa.float32(), mask=np.arange(40) == 9)})

write = pa.parquet.write_table
frame.to_parquet("pandas.parquet")
write(table, "dictionary-v1-snappy.parquet", row_group_size=30)
write(table, "dictionary-v2-zstd.parquet", data_page_version="2.0", compression="zstd", row_group_size=30)
write(table, "plain-v2-none.parquet", data_page_version="2.0", compression="none", use_dictionary=False)
write(table, "split-v1-lz4.parquet", compression="lz4", use_dictionary=False, use_byte_stream_split=True)
pl.from_arrow(table).write_parquet("polars.parquet")

frame.to_feather("pandas.feather")
pa.feather.write_feather(table, "zstd.arrow", compression="zstd", chunksize=30)
pl.from_arrow(table).write_ipc("polars.arrow", compression="lz4")
with pa.ipc.new_stream("stream.arrows", table.schema) as stream:
    stream.write_table(table, max_chunksize=30)
